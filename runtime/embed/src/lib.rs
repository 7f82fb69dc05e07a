//! Footrule in another program.
