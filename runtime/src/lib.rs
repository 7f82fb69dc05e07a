//! Footrule's run time: inputs, the reference interpreter, results and their explanation
