//! A rule as a native object file: which values it takes, and what its code is compiled for.
//!
//! Guarantees: the same rule and options give the same bytes. Must not: write files.

use crate::header;
use crate::layout::{Datum, Fixed, LeftOut, NoLayout, datum, members, whole};
use footrule_mir::{Cmp, Constraint, Program, Ty};
use footrule_native::bound::{Hull, Span};
use footrule_native::layout::{Kind, Layout};
use footrule_native::object::{Recipe, compile, units};
use footrule_native::{Kernel, plan};
use footrule_number::Number;
use std::fmt;

/// What the values of a column may be, in its declared unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Path of the datum: `production`, `items[].mass`.
    pub path: String,
    /// Least.
    pub lo: Number,
    /// Greatest.
    pub hi: Number,
}

/// What an object is made for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectOptions {
    /// What every symbol begins with; the rule's name if `None`.
    pub symbol: Option<String>,
    /// Period, scenario and figures.
    pub fixed: Fixed,
    /// Ranges of values that neither the rule's own limits nor [`ObjectOptions::most`] say.
    pub ranges: Vec<Range>,
    /// Decimals of every number.
    pub decimals: u32,
    /// Largest magnitude of a number of which nothing else says how large it may be.
    pub most: u32,
    /// Most items of a list in one row.
    pub items: u32,
}

impl Default for ObjectOptions {
    fn default() -> Self {
        let (decimals, most, items) = (6, 1_000_000_000, 1024);
        Self { symbol: None, fixed: Fixed::default(), ranges: Vec::new(), decimals, most, items }
    }
}

/// An object file and its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// What its symbols begin with.
    pub symbol: String,
    /// The object file.
    pub bytes: Vec<u8>,
    /// The header, C99 and C++.
    pub header: String,
}

/// What keeps a rule from being an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoObject {
    /// An option cannot be used.
    Option(String),
    /// Data that a product must have and that cannot be columns.
    Data(Vec<String>),
    /// The rule, or a figure of it, is understood by the reference only.
    Reference(String),
}

impl fmt::Display for NoObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(why) => f.write_str(why),
            Self::Data(paths) => write!(f, "these data cannot stand in columns: {}", paths.join(", ")),
            Self::Reference(why) => write!(f, "only the reference can evaluate this rule: {why}"),
        }
    }
}

impl std::error::Error for NoObject {}

impl From<NoLayout> for NoObject {
    fn from(e: NoLayout) -> Self {
        Self::Option(e.to_string())
    }
}

/// Everything that the header tells.
pub(crate) struct Made<'a> {
    pub program: &'a Program,
    pub options: &'a ObjectOptions,
    pub symbol: &'a str,
    pub layout: &'a Layout,
    pub left_out: &'a [LeftOut],
    pub kernel: &'a Kernel,
    pub hull: &'a Hull,
}

pub(crate) fn build(program: &Program, options: &ObjectOptions) -> Result<Object, NoObject> {
    let (layout, left_out) = whole(program, &options.fixed)?;
    let mut layout = Layout { plain: true, ..layout };
    texts_as_codes(program, &mut layout);
    let missing: Vec<String> = left_out.iter().filter(|l| l.required).map(|l| l.path.clone()).collect();
    if !missing.is_empty() {
        return Err(NoObject::Data(missing));
    }
    let kernel = plan(program, &layout).map_err(|e| NoObject::Reference(e.to_string()))?;
    // A text that is not looked at is taken to be given.
    let needed = kernel.needed();
    for (column, needed) in layout.columns.iter_mut().zip(needed) {
        if column.kind == Kind::Text && !needed {
            column.kind = Kind::Opaque;
        }
    }
    if let Some(wanted) = &layout.outputs
        && let Some(unknown) = wanted.iter().find(|w| !kernel.outputs.iter().any(|o| o.name == **w))
    {
        let known: Vec<&str> = kernel.outputs.iter().map(|o| o.name.as_str()).collect();
        return Err(NoObject::Option(format!("the rule has no figure `{unknown}`, but {}", known.join(", "))));
    }
    let hull = hull(program, &layout, options)?;
    let symbol = header::identifier(options.symbol.as_deref().unwrap_or(&program.rule.name.id));
    let made =
        Made { program, options, symbol: &symbol, layout: &layout, left_out: &left_out, kernel: &kernel, hull: &hull };
    let members = members(program, &layout);
    let texts = header::texts(&made);
    let recipe = Recipe { name: &symbol, layout: &layout, hull: &hull, members: &members, texts: &texts };
    let bytes = compile(&kernel, recipe).map_err(|e| NoObject::Reference(e.to_string()))?;
    let header = header::header(&made, &texts);
    Ok(Object { bytes, header, symbol })
}

/// Texts that must be there, as codes.
fn texts_as_codes(program: &Program, layout: &mut Layout) {
    for column in layout.columns.iter_mut().filter(|c| c.kind == Kind::Opaque) {
        if matches!(datum(program, &column.path), Some(Datum::Text)) {
            column.kind = Kind::Text;
        }
    }
}

/// What the values of the columns may be.
fn hull(program: &Program, layout: &Layout, options: &ObjectOptions) -> Result<Hull, NoObject> {
    for range in &options.ranges {
        let known = layout.columns.iter().any(|c| c.path == range.path && matches!(c.kind, Kind::Number { .. }));
        if !known {
            return Err(NoObject::Option(format!("`{}` is no number among the columns", range.path)));
        }
    }
    let span = |c: &footrule_native::layout::Column| -> Result<Option<Span>, NoObject> {
        if !matches!(c.kind, Kind::Number { .. }) {
            return Ok(None);
        }
        let most = Number::from(options.most);
        let (mut lo, mut hi) = (most.neg(), most);
        for limit in constraints(program, &c.path) {
            let (low, high) = ends(limit);
            lo = low.map_or(lo, |l| l.max(lo));
            hi = high.map_or(hi, |h| h.min(hi));
        }
        for range in options.ranges.iter().filter(|r| r.path == c.path) {
            (lo, hi) = (range.lo, range.hi);
        }
        if lo > hi {
            return Err(NoObject::Option(format!("the range of `{}` is empty", c.path)));
        }
        let scale = options.decimals.max(lo.scale()).max(hi.scale());
        let fits = units(lo, scale).is_some() && units(hi, scale).is_some() && scale <= 18;
        let too_wide =
            || NoObject::Option(format!("the range of `{}` does not fit 64 bits at {scale} decimals", c.path));
        if fits { Ok(Some(Span { lo, hi, scale })) } else { Err(too_wide()) }
    };
    let columns = layout.columns.iter().map(span).collect::<Result<_, _>>()?;
    Ok(Hull { columns, items: vec![options.items; layout.lists.len()] })
}

/// The limits that a rule sets for what stands in a column.
fn constraints<'p>(program: &'p Program, path: &str) -> &'p [Constraint] {
    if !matches!(datum(program, path), Some(Datum::Number(_))) {
        return &[];
    }
    let mut found: &[Constraint] = &[];
    let mut ty: Option<&Ty> = None;
    for step in path.split('.') {
        let name = step.split("[]").next().unwrap_or(step);
        match ty {
            None => {
                let Some(input) = program.inputs.iter().find(|i| i.name.id == name) else { return &[] };
                (found, ty) = (&input.constraints, Some(leaf(&input.ty)));
            }
            Some(Ty::Record(id)) => {
                let record = program.records.get(id.ix());
                let Some(field) = record.and_then(|r| r.fields.iter().find(|f| f.name.id == name)) else { return &[] };
                (found, ty) = (&field.constraints, Some(leaf(&field.ty)));
            }
            // The limits of an activity are those of its amount.
            Some(_) if name == "amount" => return found,
            Some(_) => return &[],
        }
    }
    found
}

fn leaf(mut ty: &Ty) -> &Ty {
    while let Ty::List(inner) | Ty::Optional(inner) = ty {
        ty = inner;
    }
    ty
}

/// The least and the greatest value that a limit lets through, or a little more.
fn ends(limit: &Constraint) -> (Option<Number>, Option<Number>) {
    match limit {
        Constraint::Compare(Cmp::Gt | Cmp::Ge, x, _) => (Some(*x), None),
        Constraint::Compare(Cmp::Lt | Cmp::Le, x, _) => (None, Some(*x)),
        Constraint::Compare(Cmp::Eq, x, _) => (Some(*x), Some(*x)),
        Constraint::Range(low, high, _) => (Some(*low), Some(*high)),
        _ => (None, None),
    }
}
