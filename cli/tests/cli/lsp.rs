//! The language server without an editor. What it offers to one is asked for in `tests/lsp`.

use crate::{command, feed};

#[test]
fn what_is_no_editor_is_told_so() {
    for nonsense in ["", "hello\n", "Content-Length: 2\r\n\r\n{}"] {
        let out = feed(command(&["lsp", "--lang", "en"]), nonsense);
        assert_eq!(out.status.code(), Some(2), "{nonsense:?}: {out:?}");
        assert!(String::from_utf8_lossy(&out.stderr).contains("the connection to the editor broke"), "{out:?}");
    }
}
