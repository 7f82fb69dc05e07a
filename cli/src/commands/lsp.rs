//! `footrule lsp`

use super::Context;
use crate::exit::Exit;
use crate::output;

/// Serves an editor until it says goodbye.
pub fn run(cx: &Context) -> Exit {
    match footrule_lsp::serve_stdio(cx.lang) {
        Ok(()) => Exit::Fine,
        // The editor is gone, or never was one.
        Err(e) => {
            output::note(&format!("{}: {e}\n", cx.word("与编辑器的连接中断", "the connection to the editor broke")));
            Exit::Call
        }
    }
}
