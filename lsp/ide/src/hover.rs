//! What is known of a name: declaration, unit and kind, labels, clause, explanation, source.

use crate::at::{member, name};
use footrule_compiler::Session;
use footrule_compiler::check::value_type;
use footrule_compiler::db::{Item, chunk, split};
use footrule_compiler::sigs::{Sig, sig};
use footrule_compiler::uses::Referent;
use footrule_diag::{FileSpan, Lang, Text};

/// A card beside the cursor.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hover {
    /// What it is about.
    pub at: FileSpan,
    /// Markdown.
    pub markdown: String,
}

/// Most lines of a declaration that are shown.
const LINES: usize = 12;

/// What is known of what stands at an offset.
#[must_use]
pub fn hover(session: &Session, key: &str, offset: u32, lang: Lang) -> Option<Hover> {
    let (at, found) = name(session, key, offset)?;
    let place = at.absolute(session, found.span);
    let markdown = match &found.of {
        Referent::Declared(entry) => match member(session, entry) {
            Some((name, labels, _)) => {
                let of = entry.item.name();
                format!("```pcr\n{of}.{name}\n```\n{}", shown(&labels, lang))
            }
            None => declaration(session, &entry.item, lang)?,
        },
        Referent::Field(record, name) => {
            let Sig::Record(fields) = &sig(session.db(), record).sig else { return None };
            let field = fields.iter().find(|f| f.name == *name)?;
            format!("```pcr\n{}.{name}: {}\n```", record.name(), field.ty.show(session.db()))
        }
        Referent::Local(_) => {
            let name = at.text.get(found.span.start as usize..found.span.end as usize)?;
            format!("```pcr\n{name}\n```")
        }
        Referent::Module(file) => {
            let docs = &split(session.db(), *file).module_docs;
            format!("`{}`\n\n{docs}", file.key(session.db()))
        }
    };
    Some(Hover { at: place, markdown })
}

fn shown(labels: &Text, lang: Lang) -> String {
    let (first, second) = match lang {
        Lang::Zh => (&labels.zh, &labels.en),
        Lang::En => (&labels.en, &labels.zh),
    };
    [first, second].into_iter().filter(|t| !t.is_empty()).cloned().collect::<Vec<_>>().join(" · ")
}

/// The card of a declaration.
fn declaration(session: &Session, item: &Item, lang: Lang) -> Option<String> {
    let db = session.db();
    let ast = item.ast(db)?;
    let text = &chunk(db, item.file, item.key.clone()).as_ref()?.text;
    let mut lines: Vec<&str> = text.lines().take(LINES).collect();
    if text.lines().count() > LINES {
        lines.push("…");
    }
    let mut out = format!("```pcr\n{}\n```", lines.join("\n").trim_end());
    let ty = match item.key.keyword.as_str() {
        "let" | "const" | "emission" | "removal" | "credit" | "apart" | "report" | "input" | "param" | "balance" => {
            Some(value_type(db, item.file, item.key.clone()).show(db)).filter(|t| t != "?")
        }
        _ => None,
    };
    let mut more: Vec<String> = Vec::new();
    more.extend(ty.map(|t| match lang {
        Lang::Zh => format!("单位或类型：`{t}`"),
        Lang::En => format!("unit or type: `{t}`"),
    }));
    let heading = chunk(db, item.file, item.key.clone()).as_ref().and_then(|c| c.heading_clause.clone());
    if let Some(clause) = ast.clause.as_ref().map(|c| c.text.clone()).or(heading) {
        more.push(format!("§{clause}"));
    }
    if !ast.docs.is_empty() {
        more.push(ast.docs.clone());
    }
    more.push(format!("`{}`", item.file.key(db)));
    for m in more {
        out.push_str("\n\n");
        out.push_str(&m);
    }
    Some(out)
}
