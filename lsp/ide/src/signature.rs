//! The parameters of the function, or the keys of the table, whose parentheses the cursor stands in.

use crate::at::statement;
use footrule_compiler::Session;
use footrule_compiler::db::Item;
use footrule_compiler::names::{Ns, Resolved, lookup};
use footrule_compiler::sigs::{Sig, sig};
use footrule_grammar::keywords::is_word_char;

/// A call under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signature {
    /// `name(a: kg, b: Region) -> kg{CO2e}/kg`
    pub label: String,
    /// Where each parameter stands in the label, in bytes.
    pub parameters: Vec<(usize, usize)>,
    /// The one at the cursor.
    pub active: usize,
}

/// The call around an offset.
#[must_use]
pub fn signature(session: &Session, key: &str, offset: u32) -> Option<Signature> {
    let db = session.db();
    let file = session.file(key)?;
    let at = statement(session, file, offset)?;
    let before = at.text.get(..(offset - at.start) as usize)?;
    let (open, active) = call(before)?;
    let name = before[..open].rsplit(|c: char| !is_word_char(c)).next().filter(|n| !n.is_empty())?;
    let Resolved::One(entry) = lookup(db, at.item, Ns::Value, name.to_owned()) else { return None };
    let (label, places) = written(session, &entry.item, name)?;
    Some(Signature { label, parameters: places, active })
}

/// The signature of a function or a table, as it is written.
pub(crate) fn of(session: &Session, item: &Item) -> Option<String> {
    written(session, item, item.name()).map(|(label, _)| label)
}

/// A signature, and where each parameter stands in it.
fn written(session: &Session, item: &Item, name: &str) -> Option<(String, Vec<(usize, usize)>)> {
    let db = session.db();
    let (parameters, result) = match &sig(db, item).sig {
        Sig::Fn { params, result, .. } => (params, result.show(db)),
        Sig::Table { keys, columns, .. } => {
            let columns: Vec<String> = columns
                .iter()
                .map(|(n, t)| if n.is_empty() { t.show(db) } else { format!("{n}: {}", t.show(db)) })
                .collect();
            let result = columns.join(", ");
            (keys, if columns.len() == 1 { result } else { format!("({result})") })
        }
        _ => return None,
    };
    let mut label = format!("{name}(");
    let mut places = Vec::with_capacity(parameters.len());
    for (i, (parameter, ty)) in parameters.iter().enumerate() {
        label.push_str(if i > 0 { ", " } else { "" });
        let start = label.len();
        label.push_str(&format!("{parameter}: {}", ty.show(db)));
        places.push((start, label.len()));
    }
    label.push_str(&format!(") -> {result}"));
    Some((label, places))
}

/// Where the innermost open parenthesis stands, and how many commas follow it.
fn call(text: &str) -> Option<(usize, usize)> {
    let mut open: Vec<(char, usize, usize)> = Vec::new();
    let mut quoted = false;
    for (i, c) in text.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '(' | '（' | '[' | '{' => open.push((c, i, 0)),
            ')' | '）' | ']' | '}' => drop(open.pop()),
            ',' | '，' => {
                if let Some((.., commas)) = open.last_mut() {
                    *commas += 1;
                }
            }
            _ => {}
        }
    }
    open.iter().rev().find(|(c, ..)| matches!(c, '(' | '（')).map(|(_, i, commas)| (*i, *commas))
}
