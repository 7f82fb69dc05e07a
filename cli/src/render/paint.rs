//! The few colours that are not miette's.

fn paint(code: &str, text: &str, on: bool) -> String {
    if on && !text.is_empty() { format!("\u{1b}[{code}m{text}\u{1b}[0m") } else { text.to_owned() }
}

/// What matters most.
pub fn bold(text: &str, on: bool) -> String {
    paint("1", text, on)
}

/// What only some readers need.
pub fn dim(text: &str, on: bool) -> String {
    paint("2", text, on)
}

/// Refused.
pub fn red(text: &str, on: bool) -> String {
    paint("31", text, on)
}

/// Fine.
pub fn green(text: &str, on: bool) -> String {
    paint("32", text, on)
}

/// Worth a look.
pub fn yellow(text: &str, on: bool) -> String {
    paint("33", text, on)
}

/// Help and bars.
pub fn cyan(text: &str, on: bool) -> String {
    paint("36", text, on)
}
