//! The Footrule library: std modules and sector rules, embedded
