//! Writing to stdout. A reader that goes away (`footrule list | head`) is not an error: the program ends quietly.

use std::io::{self, Write as _};

/// Writes a text to stdout.
pub fn print(text: &str) {
    let mut out = io::stdout().lock();
    if let Err(e) = out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        let code = if e.kind() == io::ErrorKind::BrokenPipe { 0 } else { 2 };
        if code != 0 {
            eprintln!("stdout: {e}");
        }
        std::process::exit(code);
    }
}

/// Writes a text and a line end to stdout.
pub fn line(text: &str) {
    print(&format!("{text}\n"));
}

/// Writes a text to stderr; nothing can be done if that fails.
pub fn note(text: &str) {
    let _ = io::stderr().lock().write_all(text.as_bytes());
}
