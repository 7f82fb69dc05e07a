//! Words for editors that colour by lists and patterns: Vim and Neovim, Emacs, Kakoune.
//!
//! Must not: say what else is coloured or how; the files that an editor loads beside these do.

use super::words::{Class, alternatives};
use std::fmt::Write as _;

const HEAD: &str = "Generated from the keyword table: `cargo run -p footrule-grammar --example editors`.";

/// Classes with the name that an editor's files use. Options are words at few places and would colour names.
const CLASSES: [(Class, &str); 7] = [
    (Class::Head, "statement"),
    (Class::Control, "control"),
    (Class::Operator, "operator"),
    (Class::Constant, "constant"),
    (Class::Clause, "word"),
    (Class::Type, "type"),
    (Class::Function, "function"),
];

/// `syntax/footrule.vim`: groups of words; a head at the beginning of a statement only.
pub fn vim() -> String {
    let mut out = format!("\" {HEAD}\n\n");
    for (class, name) in CLASSES {
        let group = format!("footrule{}{}", name[..1].to_uppercase(), &name[1..]);
        let (phrases, words): (Vec<_>, Vec<_>) = class.spellings().into_iter().partition(|w| w.contains(' '));
        if class == Class::Head {
            let all = alternatives(class.spellings(), r"\_s\+").replace('|', r"\|");
            let _ = writeln!(
                out,
                r#"syntax match {group} /\%(\%(^\|[;{{]\)\s*\%(§\S\+\s\+\)\?\)\@<=\<\%({all}\)\>\%((\|\s*[:：.=]\)\@!/"#
            );
            continue;
        }
        let _ = writeln!(out, "syntax keyword {group} {}", words.join(" "));
        for phrase in phrases {
            let _ = writeln!(out, r"syntax match {group} /\<{}\>/", phrase.replace(' ', r"\_s\+"));
        }
    }
    out
}

/// `footrule-keywords.el`: one constant for each class, a list of texts.
pub fn emacs() -> String {
    let mut out = format!(
        ";;; footrule-keywords.el --- Words of Footrule  -*- lexical-binding: t -*-\n;; {HEAD}\n\n;;; Code:\n\n"
    );
    for (class, name) in CLASSES {
        let words: Vec<String> = class.spellings().iter().map(|w| format!("\"{w}\"")).collect();
        let _ = writeln!(out, "(defconst footrule-{name}-words\n  '({}))\n", words.join(" "));
    }
    out.push_str("(provide 'footrule-keywords)\n;;; footrule-keywords.el ends here\n");
    out
}

/// `footrule-keywords.kak`: one pattern for each class.
pub fn kakoune() -> String {
    let mut out = format!("# {HEAD}\n\n");
    for (class, name) in CLASSES {
        let all = alternatives(class.spellings(), r"\s+");
        let _ = writeln!(out, "declare-option -hidden str footrule_{name} '{all}'");
    }
    out
}
