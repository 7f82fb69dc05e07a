//! `footrule completions`

use crate::args::{Args, Completions};
use crate::exit::Exit;
use crate::output;
use clap::CommandFactory as _;

/// Prints a completion script.
pub fn run(args: &Completions) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "footrule", &mut script);
    output::print(&String::from_utf8_lossy(&script));
    Exit::Fine
}
