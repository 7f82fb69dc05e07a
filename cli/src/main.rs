//! The `footrule` command.
fn main() {}
