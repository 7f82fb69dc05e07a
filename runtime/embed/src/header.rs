//! The C header of an object file: C99, and C++.
//!
//! Guarantees: it names every column and figure with its unit, decimals and range, and says what a caller owes and gets.

use crate::bundle::meaning;
use crate::layout::{Datum, datum};
use crate::object::Made;
use footrule_mir::{EnumId, Program};
use footrule_native::kernel::{ColumnId, ListId};
use footrule_native::layout::Kind;
use footrule_native::object::{Slot, slots, units};
use std::fmt::Write as _;

/// Words that C or C++ keep for themselves.
const RESERVED: &[&str] = &[
    "alignas",
    "alignof",
    "and",
    "asm",
    "auto",
    "bool",
    "break",
    "case",
    "catch",
    "char",
    "class",
    "const",
    "constexpr",
    "continue",
    "default",
    "delete",
    "do",
    "double",
    "else",
    "enum",
    "explicit",
    "export",
    "extern",
    "false",
    "float",
    "for",
    "friend",
    "goto",
    "if",
    "inline",
    "int",
    "long",
    "mutable",
    "namespace",
    "new",
    "not",
    "operator",
    "or",
    "private",
    "protected",
    "public",
    "register",
    "restrict",
    "return",
    "short",
    "signed",
    "sizeof",
    "static",
    "status",
    "struct",
    "switch",
    "template",
    "this",
    "throw",
    "true",
    "try",
    "typedef",
    "typename",
    "union",
    "unsigned",
    "using",
    "virtual",
    "void",
    "volatile",
    "while",
    "xor",
];

/// A name as C takes it: `items[].mass` is `items_mass`, other letters are written by their number.
pub(crate) fn identifier(path: &str) -> String {
    let mut name = String::new();
    for c in path.replace("[]", "").chars() {
        match c {
            c if c.is_ascii_alphanumeric() || c == '_' => name.push(c),
            '.' | '-' => name.push('_'),
            // Writing to a text does not fail.
            c => drop(write!(name, "u{:X}", c as u32)),
        }
    }
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) {
        name.insert(0, '_');
    }
    if RESERVED.contains(&name.as_str()) { name + "_" } else { name }
}

/// Names that differ from each other.
#[derive(Default)]
struct Names(Vec<String>);

impl Names {
    fn of(&mut self, path: &str) -> String {
        let plain = identifier(path);
        let mut name = plain.clone();
        let mut n = 2;
        while self.0.contains(&name) {
            name = format!("{plain}_{n}");
            n += 1;
        }
        self.0.push(name.clone());
        name
    }
}

/// Symbols of the object beside its function, and the texts that they hold.
pub(crate) fn texts(made: &Made<'_>) -> Vec<(String, String)> {
    let rule = &made.program.rule;
    vec![
        ("rule".to_owned(), rule.name.id.clone()),
        ("version".to_owned(), rule.version.clone()),
        ("meaning".to_owned(), meaning(made.program)),
        ("period".to_owned(), period(made)),
        ("units".to_owned(), all_units(made)),
    ]
}

fn period(made: &Made<'_>) -> String {
    made.layout
        .period
        .map_or_else(String::new, |((y, m, d), (y2, m2, d2))| format!("{y:04}-{m:02}-{d:02}/{y2:04}-{m2:02}-{d2:02}"))
}

/// A line `name=unit` for each number and each figure.
fn all_units(made: &Made<'_>) -> String {
    let columns = made.layout.columns.iter().filter(|c| matches!(c.kind, Kind::Number { .. }));
    let columns = columns.map(|c| (c.path.as_str(), unit(made.program, &c.path)));
    let figures = made.kernel.outputs.iter().filter(|o| o.round.is_some());
    let figures = figures.map(|o| (o.name.as_str(), o.unit.clone()));
    columns.chain(figures).map(|(name, unit)| format!("{name}={unit}\n")).collect()
}

fn unit(program: &Program, path: &str) -> String {
    match datum(program, path) {
        Some(Datum::Number(u)) => program.units.get(u.ix()).map_or_else(String::new, |u| u.text.clone()),
        _ => String::new(),
    }
}

/// The label of the datum at a path, in English or else in Chinese.
fn label(program: &Program, path: &str) -> String {
    let first = path.split(['.', '[']).next().unwrap_or(path);
    let input = program.inputs.iter().find(|i| i.name.id == first);
    let named = input.map(|i| &i.name.labels).map(|l| if l.en.is_empty() { &l.zh } else { &l.en });
    named.cloned().unwrap_or_default()
}

/// A text inside a comment.
fn comment(text: &str) -> String {
    text.replace("*/", "* /").replace("/*", "/ *").replace(['\n', '\r'], " ")
}

/// A text as a C literal.
fn literal(text: &str) -> String {
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace("??", "?\\?");
    format!("\"{escaped}\"")
}

pub(crate) fn header(made: &Made<'_>, texts: &[(String, String)]) -> String {
    let mut out = String::new();
    // Writing to a text does not fail.
    let _ = write(&mut out, made, texts);
    out
}

fn write(out: &mut String, made: &Made<'_>, texts: &[(String, String)]) -> std::fmt::Result {
    let Made { program, symbol, .. } = made;
    let upper = symbol.to_ascii_uppercase();
    let rule = &program.rule;
    let title = if rule.name.labels.en.is_empty() { &rule.name.labels.zh } else { &rule.name.labels.en };
    writeln!(out, "/* {} {}: {}", comment(&rule.name.id), comment(&rule.version), comment(title))?;
    writeln!(out, " * meaning {}", meaning(program))?;
    let period = period(made);
    if !period.is_empty() {
        writeln!(out, " * period {period}")?;
    }
    if let Some(s) = &made.options.fixed.scenario {
        writeln!(out, " * scenario {}", comment(s))?;
    }
    writeln!(out, " * CO2e data by {}", comment(&rule.gwp))?;
    out.push_str(CONTRACT);
    for l in made.left_out {
        writeln!(out, " * Not a column: {}. A product that has it is for the reference.", comment(&l.path))?;
    }
    for c in made.layout.columns.iter().filter(|c| c.kind == Kind::Opaque) {
        writeln!(out, " * Not a column: {}. It is taken to be given.", comment(&c.path))?;
    }
    out.push_str(" */\n");
    writeln!(out, "#ifndef FOOTRULE_{upper}_H\n#define FOOTRULE_{upper}_H\n")?;
    out.push_str("#include <stddef.h>\n#include <stdint.h>\n\n#ifdef __cplusplus\nextern \"C\" {\n#endif\n\n");
    out.push_str("#ifndef FOOTRULE_SURE\n#define FOOTRULE_UNSURE 0\n#define FOOTRULE_SURE 1\n#endif\n\n");
    for (name, text) in texts.iter().filter(|(name, _)| name != "units") {
        writeln!(out, "#define {upper}_{} {}", name.to_ascii_uppercase(), literal(text))?;
    }
    out.push_str("\n/* The same in the object: these texts must be those above. */\n");
    for (name, _) in texts {
        writeln!(out, "extern const char {symbol}_{name}[];")?;
    }
    codes(out, made, &upper)?;
    enums(out, made, &upper)?;
    columns(out, made, &upper)?;
    figures(out, made, &upper)?;
    out.push_str("\n/* Evaluates rows; returns how many are sure. */\n");
    writeln!(out, "size_t {symbol}_evaluate(const {symbol}_columns *in, size_t rows, const {symbol}_figures *out);\n")?;
    out.push_str("#ifdef __cplusplus\n}\n#endif\n\n#endif\n");
    Ok(())
}

/// What a caller owes and gets.
const CONTRACT: &str = " *
 * Numbers are integers: a value is the integer times 10^-DECIMALS, in the unit that stands beside it. No pointer is
 * NULL; every array has one element for each row, or one for each item of its list; the items of row i of a list are
 * those from offsets[i] up to offsets[i + 1], so offsets ascend from 0 and have rows + 1 elements.
 *
 * A row is FOOTRULE_SURE if its figures are exactly those that the rule publishes. Otherwise it is FOOTRULE_UNSURE, its
 * figures are 0 and mean nothing, and the reference is to be asked: `footrule run`, or the run time with the rule's
 * bundle. Rows are unsure that have a value below its MIN or above its MAX, that the rule refuses, or whose figure lies
 * too near to the edge of a rounding cell. A figure that is sure needs no other check.
";

/// What a caller says instead of texts.
fn codes(out: &mut String, made: &Made<'_>, upper: &str) -> std::fmt::Result {
    if !made.layout.columns.iter().any(|c| c.kind == Kind::Text) {
        return Ok(());
    }
    let known = footrule_native::layout::texts(made.program);
    out.push_str(TEXTS);
    writeln!(out, "#define {upper}_TEXTS_COUNT {}", known.len())?;
    if known.is_empty() {
        return Ok(());
    }
    let all: Vec<String> = known.iter().map(|t| literal(t)).collect();
    writeln!(out, "#define {upper}_TEXTS {{ \\\n    {} }}", all.join(", \\\n    "))
}

/// How texts are told apart.
const TEXTS: &str = "
/* A text is a code that the caller assigns: equal texts have equal codes within a row, other texts other codes. Texts that
 * the rule knows have theirs: the place among TEXTS, in UTF-8. Every other text has a code from TEXTS_COUNT on, below
 * UINT32_MAX. Texts are equal if their bytes are. */
";

/// The enumerations of the columns.
fn enums(out: &mut String, made: &Made<'_>, upper: &str) -> std::fmt::Result {
    let mut seen: Vec<EnumId> = Vec::new();
    for c in &made.layout.columns {
        if let Some(Datum::Member(e)) = datum(made.program, &c.path)
            && !seen.contains(&e)
            && let Some(info) = made.program.enums.get(e.ix())
        {
            seen.push(e);
            let name = identifier(&info.name);
            writeln!(out, "\n/* {} */\nenum {}_{name} {{", comment(&info.name), made.symbol)?;
            let mut names = Names::default();
            for (i, m) in info.members.iter().enumerate() {
                let member = names.of(&m.id);
                writeln!(out, "    {upper}_{}_{member} = {i},", name.to_ascii_uppercase())?;
            }
            out.push_str("};\n");
        }
    }
    Ok(())
}

fn columns(out: &mut String, made: &Made<'_>, upper: &str) -> std::fmt::Result {
    let mut names = Names::default();
    let mut fields: Vec<String> = Vec::new();
    out.push('\n');
    let path = |c: ColumnId| made.layout.columns.get(c.0 as usize).map_or("", |c| c.path.as_str());
    for slot in slots(made.layout) {
        match slot {
            Slot::Offsets(ListId(l)) => {
                let list = made.layout.lists.get(l as usize).map_or("", |l| l.path.as_str());
                let name = names.of(&format!("{list}.offsets"));
                let most = made.hull.items.get(l as usize).copied().unwrap_or(0);
                writeln!(out, "/* {}: items of a row */", comment(list))?;
                writeln!(out, "#define {upper}_{}_MAX {most}", identifier(list).to_ascii_uppercase())?;
                fields.push(format!("    const uint32_t *{name};"));
            }
            Slot::Given(c) => {
                let name = names.of(&format!("{}.given", path(c)));
                fields.push(format!("    const uint8_t *{name}; /* not 0 where there is a value */"));
            }
            Slot::Values(c) => {
                let (at, name) = (path(c), names.of(path(c)));
                let label = comment(&label(made.program, at));
                match made.layout.columns.get(c.0 as usize).map(|c| c.kind) {
                    Some(Kind::Number { .. }) => {
                        let unit = comment(&unit(made.program, at));
                        let Some(span) = made.hull.columns.get(c.0 as usize).copied().flatten() else { continue };
                        let big = name.to_ascii_uppercase();
                        writeln!(out, "/* {}: {label} [{unit}], from {} to {} */", comment(at), span.lo, span.hi)?;
                        writeln!(out, "#define {upper}_{big}_DECIMALS {}", span.scale)?;
                        for (end, x) in [("MIN", span.lo), ("MAX", span.hi)] {
                            let units = units(x, span.scale).unwrap_or_default();
                            writeln!(out, "#define {upper}_{big}_{end} {}", constant(units))?;
                        }
                        fields.push(format!("    const int64_t *{name}; /* {unit} */"));
                    }
                    Some(Kind::Member) => {
                        let of = match datum(made.program, at) {
                            Some(Datum::Member(e)) => made.program.enums.get(e.ix()).map_or("", |e| e.name.as_str()),
                            _ => "",
                        };
                        let of = identifier(of);
                        fields.push(format!("    const uint32_t *{name}; /* {label}: enum {}_{of} */", made.symbol));
                    }
                    Some(Kind::Text) => {
                        fields.push(format!("    const uint32_t *{name}; /* {label}: code of a text */"))
                    }
                    _ => fields.push(format!("    const uint8_t *{name}; /* {label}: 0 or not */")),
                }
            }
        }
    }
    write_struct(out, made.symbol, "columns", &fields)
}

fn figures(out: &mut String, made: &Made<'_>, upper: &str) -> std::fmt::Result {
    let mut names = Names::default();
    let mut fields: Vec<String> = Vec::new();
    out.push('\n');
    for output in &made.kernel.outputs {
        let shown = output.name.replace('?', ".occurs");
        let name = names.of(&shown);
        match output.round {
            Some(round) => {
                let unit = comment(&output.unit);
                writeln!(out, "/* {} [{unit}] */", comment(&output.name))?;
                writeln!(out, "#define {upper}_{}_DECIMALS {}", name.to_ascii_uppercase(), round.digits)?;
                fields.push(format!("    int64_t *{name}; /* {unit} */"));
            }
            None => fields.push(format!("    uint8_t *{name}; /* 0 or 1 */")),
        }
    }
    for (i, w) in made.kernel.warnings.iter().enumerate() {
        let own = if w.name.is_empty() { (i + 1).to_string() } else { w.name.clone() };
        fields.push(format!("    uint8_t *{}; /* 1 where the rule warns */", names.of(&format!("warns.{own}"))));
    }
    fields.push("    uint8_t *status; /* FOOTRULE_SURE or FOOTRULE_UNSURE */".to_owned());
    write_struct(out, made.symbol, "figures", &fields)
}

fn write_struct(out: &mut String, symbol: &str, what: &str, fields: &[String]) -> std::fmt::Result {
    writeln!(out, "\ntypedef struct {symbol}_{what} {{\n{}\n}} {symbol}_{what};", fields.join("\n"))
}

/// An integer constant of 64 bits.
fn constant(x: i64) -> String {
    if x == i64::MIN { "INT64_MIN".to_owned() } else { format!("INT64_C({x})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_names_in_c() {
        for (path, name) in
            [("items[].mass", "items_mass"), ("int", "int_"), ("电力", "u7535u529B"), ("2x", "_2x"), ("a-b", "a_b")]
        {
            assert_eq!(identifier(path), name);
        }
        let mut names = Names::default();
        assert_eq!((names.of("a.b"), names.of("a_b")), ("a_b".to_owned(), "a_b_2".to_owned()));
    }
}
