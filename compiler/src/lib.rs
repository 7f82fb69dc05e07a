//! Footrule's front end: text to chunks, AST, names, types and units, MIR
