//! Characters that have no business at a token place: full-width punctuation, super- and subscripts, control
//! characters. Each has its error with a repair; quoted texts, comments and clause tokens never come here.

use crate::head::span;
use footrule_diag::{Code, Diagnostic, Span, text};
use footrule_grammar::keywords::is_word_char;

/// What counts as a blank besides the blank itself and the newline; the layout copy has blanks in its place.
pub(crate) fn is_blank(c: char) -> bool {
    matches!(c, '\t' | '\r' | '\u{A0}' | '\u{2009}' | '\u{202F}' | '\u{3000}' | '\u{FEFF}')
}

/// ASCII that a punctuation mark of a Chinese input method stands for. `（），：％` are accepted and not listed.
pub(crate) fn ascii_of(c: char) -> Option<char> {
    Some(match c {
        '。' => '.',
        '、' => ',',
        '【' => '[',
        '】' => ']',
        '・' | '⋅' | '•' => '·',
        '\u{FF01}'..='\u{FF5E}' if !matches!(c, '（' | '）' | '，' | '：' | '％') => {
            char::from_u32(u32::from(c) - 0xFEE0)?
        }
        _ => return None,
    })
}

/// `×` and its like, which look like operators.
pub(crate) fn operator_of(c: char) -> Option<char> {
    Some(match c {
        '×' => '*',
        '÷' => '/',
        '−' | '–' => '-',
        _ => return None,
    })
}

/// The digit or sign that a super- or subscript shows, and whether it is a superscript.
pub(crate) fn script_of(c: char) -> Option<(char, bool)> {
    Some(match c {
        '⁰' => ('0', true),
        '¹' => ('1', true),
        '²' => ('2', true),
        '³' => ('3', true),
        '\u{2074}'..='\u{2079}' => (char::from_u32(u32::from(c) - 0x2074 + u32::from('4'))?, true),
        '⁻' => ('-', true),
        '\u{2080}'..='\u{2089}' => (char::from_u32(u32::from(c) - 0x2080 + u32::from('0'))?, false),
        _ => return None,
    })
}

pub(crate) fn full_width(c: char, ascii: char, at: Span) -> Diagnostic<Span> {
    Diagnostic::new(Code::S005, text!("`{c}` 在文字之外不使用", "`{c}` is not used outside quoted text"))
        .at(at, text!("写作 `{ascii}`", "write `{ascii}`"))
        .fix(at, ascii)
}

pub(crate) fn operator(c: char, ascii: char, at: Span) -> Diagnostic<Span> {
    Diagnostic::new(Code::S001, text!("`{c}` 不是运算符", "`{c}` is not an operator"))
        .at(at, text!("写作 `{ascii}`", "write `{ascii}`"))
        .fix(at, ascii)
}

pub(crate) fn control(c: char, at: Span) -> Diagnostic<Span> {
    let number = format!("U+{:04X}", u32::from(c));
    Diagnostic::new(Code::S001, text!("文中有控制字符 {number}", "the text contains the control character {number}"))
        .at(at, text!("不可见的字符", "an invisible character"))
        .fix(at, "")
}

/// The error for the run of super- or subscripts at `at`, and the length of the run.
pub(crate) fn scripts(text: &str, at: usize) -> (Diagnostic<Span>, usize) {
    let Some((_, raised)) = text[at..].chars().next().and_then(script_of) else {
        return (control(' ', span(at, at)), 0);
    };
    let mut digits = String::new();
    let mut len = 0;
    for c in text[at..].chars() {
        match script_of(c) {
            Some((digit, up)) if up == raised => digits.push(digit),
            _ => break,
        }
        len += c.len_utf8();
    }
    let before =
        text[..at].rfind(|c| !is_word_char(c)).map_or(0, |i| i + text[i..].chars().next().map_or(1, char::len_utf8));
    // `m3`, `Nm3`, `CO2` are names of units and gases; anything else raised is a power.
    let named = !raised
        || matches!(&text[before..at], "m" | "dm" | "cm" | "mm" | "km" | "Nm" | "Sm") && !digits.starts_with('-');
    let replacement = if named { digits } else { format!("^{digits}") };
    let run = &text[at..at + len];
    let word = format!("{}{replacement}", &text[before..at]);
    let place = span(at, at + len);
    let error = Diagnostic::new(
        Code::S013,
        text!("名称和单位不使用上下标字符 `{run}`", "names and units have no superscript or subscript `{run}`"),
    )
    .at(place, text!("写作 `{word}`", "write `{word}`"))
    .fix(place, replacement);
    (error, len)
}
