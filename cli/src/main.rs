//! The `footrule` command.
//!
//! Results go to stdout, everything else to stderr; `-` is stdin. Exit codes: 0 fine, 1 findings, 2 unusable call,
//! 3 input data refused, 70 a bug of ours. `args` describes the call, `commands` holds one module per subcommand,
//! `session` is the only door to the compiler, `render` turns values into text and decides nothing.

mod args;
mod bug;
mod commands;
mod exit;
mod locale;
mod output;
mod render;
mod session;

use std::process::ExitCode;

/// Trees and typed bodies are many small pieces: a fifth of the time of checking a file goes by the allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    bug::guard(commands::main).into()
}
