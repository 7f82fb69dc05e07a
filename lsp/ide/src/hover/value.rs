//! What a value can be, and what it is in a test.

use super::Cards;
use crate::evaluate::in_nearest_test;
use footrule_compiler::db::{Item, SourceFile};
use footrule_diag::{FileSpan, Lang};
use footrule_mir::ranges::analyse;
use footrule_mir::{DefId, LineId, Op, Program};
use footrule_runtime::Shown;

/// Most values of a name that are shown: it may be one of a process that is included often.
const MOST: usize = 5;

impl Cards<'_> {
    /// What is proved of a value in the program of a rule.
    pub(super) fn range(&self, item: &Item, rule: SourceFile) -> Option<String> {
        let db = self.session.db();
        let program = self.session.program(rule.key(db)).ok()?;
        let text = proved(&program, item.name())?;
        // Nothing is said by "any number".
        (!text.starts_with("any")).then(|| format!("{}`{text}`", self.say("取值范围", "range")))
    }

    /// What a name is worth in the test next to it, or next to where it is named.
    pub(super) fn in_a_test(&self, item: &Item, named: &FileSpan) -> Option<String> {
        let (case, values) = in_nearest_test(self.session, item, named)?;
        let name = match case.labels.get(self.lang) {
            "" => case.name.as_str(),
            label => label,
        };
        let one = |v: &footrule_runtime::NamedValue| match v.name.id == item.name() {
            true => format!("`{}`", short(&v.value)),
            false => format!("`{}` = `{}`", v.name.id, short(&v.value)),
        };
        let mut shown: Vec<String> = values.iter().take(MOST).map(one).collect();
        if values.len() > MOST {
            shown.push("…".to_owned());
        }
        Some(match self.lang {
            Lang::Zh => format!("算例“{name}”中：{}", shown.join("，")),
            Lang::En => format!("in the test “{name}”: {}", shown.join(", ")),
        })
    }
}

/// Digits of a value that are shown.
const DIGITS: usize = 12;

/// A number in its first digits.
fn cut(number: &str) -> String {
    let Some(point) = number.find('.') else { return number.to_owned() };
    let mut seen = 0;
    let end = number.char_indices().find(|(_, c)| {
        // Zeros in front tell the size only.
        seen += usize::from(c.is_ascii_digit() && (seen > 0 || *c != '0'));
        seen > DIGITS
    });
    match end {
        Some((i, _)) if i > point + 1 => format!("{}…", &number[..i]),
        Some(_) => format!("{}…", &number[..point]),
        None => number.to_owned(),
    }
}

/// The value as people read it; lists and records in their first parts.
fn short(value: &Shown) -> String {
    const PARTS: usize = 4;
    let some = |parts: Vec<String>, all: usize| {
        let more = if all > PARTS { ", …" } else { "" };
        format!("{}{more}", parts.join(", "))
    };
    match value {
        Shown::Null => "–".to_owned(),
        Shown::Bool(b) => b.to_string(),
        Shown::Text(t) => t.clone(),
        Shown::Quantity(q) => format!("{} {}", cut(&q.value.to_string()), q.unit).trim_end().to_owned(),
        Shown::List(all) => format!("[{}]", some(all.iter().take(PARTS).map(short).collect(), all.len())),
        Shown::Fields(all) => {
            let parts = all.iter().take(PARTS).map(|(n, v)| format!("{n}: {}", short(v))).collect();
            format!("({})", some(parts, all.len()))
        }
    }
}

/// The range of a definition, a line or an input by its name.
fn proved(program: &Program, name: &str) -> Option<String> {
    let ranges = analyse(program);
    if let Some(i) = program.defs.iter().position(|d| d.name.id == name) {
        let node = program.nodes.get(program.defs[i].node.ix())?;
        return ranges.def(DefId(u32::try_from(i).ok()?))?.text(program, &node.ty);
    }
    if let Some(i) = program.lines.iter().position(|l| l.name.id == name) {
        let unit = program.units.get(program.lines[i].unit.ix())?;
        let item = ranges.line(LineId(u32::try_from(i).ok()?))?.item?;
        return Some(format!("{item} {}", unit.text));
    }
    let i = program.inputs.iter().position(|x| x.name.id == name)?;
    let input = program.nodes.iter().position(|n| matches!(n.op, Op::Input(id) if id.ix() == i))?;
    let range = ranges.node(footrule_mir::NodeId(u32::try_from(input).ok()?))?;
    range.text(program, &program.inputs[i].ty)
}
