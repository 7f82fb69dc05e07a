//! The columns that a rule can take, and what stands at a path.
//!
//! Guarantees: every input that a product must have is a column; what cannot be one is named. Must not: look at data.

use footrule_mir::{EnumId, FactorDefault, Op, Program, RegionId, Ty, UnitId};
use footrule_native::columns::Columns;
use footrule_native::kernel::ListId;
use footrule_native::layout::{Column, Kind, Layout, List};
use footrule_number::Ratio;

/// How deeply types may nest.
const MAX_TYPE: u32 = 16;

/// What is the same for all rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fixed {
    /// `2024`, `2024-01 .. 2024-06`, as an input document writes it.
    pub period: Option<String>,
    /// The identifier of a scenario.
    pub scenario: Option<String>,
    /// The figures that are wanted, such as `total`; all if `None`.
    pub figures: Option<Vec<String>>,
}

/// What of a rule's data cannot stand in columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// Path of the datum.
    pub path: String,
    /// A product must have it: every row needs the reference.
    pub required: bool,
}

/// Why a rule has no columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NoLayout {
    /// The text is no period.
    Period(String),
    /// There is no such scenario.
    Scenario(String),
}

impl std::fmt::Display for NoLayout {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Period(t) => write!(f, "`{t}` is no period"),
            Self::Scenario(t) => write!(f, "the rule has no scenario `{t}`"),
        }
    }
}

impl std::error::Error for NoLayout {}

/// The layout of all inputs of a rule, numbers in their declared units; what a product may lack is nullable. An activity
/// is its amount, with the rule's factor, or amount and factor where the rule has none. CO2e, a footprint of another product
/// too, is a number by the rule's GWP set. A list that is empty by default is a column as others are.
///
/// # Errors
/// [`NoLayout`] if the period or the scenario cannot be read.
pub fn whole(program: &Program, fixed: &Fixed) -> Result<(Layout, Vec<LeftOut>), NoLayout> {
    let period = match &fixed.period {
        None => None,
        Some(text) => Some(footrule_runtime::period(text).ok_or_else(|| NoLayout::Period(text.clone()))?),
    };
    let scenario = match &fixed.scenario {
        None => None,
        Some(text) => {
            let known = program.scenarios.iter().position(|s| s.name.id == *text);
            Some(known.ok_or_else(|| NoLayout::Scenario(text.clone()))?)
        }
    };
    let gwp = Some(program.rule.gwp.clone());
    let layout = Layout { period, scenario, gwp, outputs: fixed.figures.clone(), ..Layout::default() };
    let mut making = Making { program, layout, left_out: Vec::new() };
    let assumed = scenario.and_then(|s| program.scenarios.get(s));
    for input in &program.inputs {
        let path = input.name.id.as_str();
        // The scenario's value stands in its place.
        if assumed.is_some_and(|s| s.inputs.iter().any(|(name, ..)| name == path)) {
            continue;
        }
        let optional = input.default.is_some() && !is_empty_list(program, input.default) || input.when.is_some();
        let factor = input.factor.as_ref();
        making.add(path, &input.ty, None, At { optional, factor, depth: 0 });
    }
    Ok((making.layout, making.left_out))
}

/// A list that is empty where it is not given: a row without items says the same.
fn is_empty_list(program: &Program, default: Option<RegionId>) -> bool {
    let value = default.and_then(|r| program.regions.get(r.ix())?.value).and_then(|n| program.nodes.get(n.ix()));
    value.is_some_and(|n| matches!(&n.op, Op::List(items) if items.is_empty()))
}

struct Making<'p> {
    program: &'p Program,
    layout: Layout,
    left_out: Vec<LeftOut>,
}

#[derive(Clone, Copy)]
struct At<'a> {
    optional: bool,
    factor: Option<&'a FactorDefault>,
    depth: u32,
}

impl Making<'_> {
    fn leave(&mut self, path: &str, optional: bool) {
        self.left_out.push(LeftOut { path: path.to_owned(), required: !optional });
    }

    fn column(&mut self, path: &str, kind: Kind, list: Option<ListId>, nullable: bool) {
        self.layout.columns.push(Column { path: path.to_owned(), kind, list, nullable });
    }

    fn add(&mut self, path: &str, ty: &Ty, list: Option<ListId>, at: At<'_>) {
        const NUMBER: Kind = Kind::Number { factor: Ratio::ONE, offset: None };
        let program = self.program;
        let deeper = At { depth: at.depth + 1, ..at };
        match ty {
            _ if at.depth > MAX_TYPE => self.leave(path, at.optional),
            Ty::Optional(inner) => self.add(path, inner, list, At { optional: true, ..deeper }),
            Ty::Number(_) | Ty::Split(_) => self.column(path, NUMBER, list, at.optional),
            Ty::Bool => self.column(path, Kind::Flag, list, at.optional),
            Ty::Enum(_) => self.column(path, Kind::Member, list, at.optional),
            // Its amount stands for the whole, with the rule's factor.
            Ty::Activity { .. } if at.factor.is_some() => self.column(path, NUMBER, list, at.optional),
            Ty::Activity { .. } if at.optional => self.leave(path, true),
            Ty::Activity { .. } => {
                self.column(&format!("{path}.amount"), NUMBER, list, false);
                self.column(&format!("{path}.factor"), NUMBER, list, false);
            }
            // A text that must be there is taken to be there: nothing is calculated with it.
            Ty::Text if !at.optional => self.column(path, Kind::Opaque, list, false),
            // Of values for each member a product may lack all, or some.
            Ty::Record(id) if !at.optional || program.records.get(id.ix()).is_some_and(|r| r.each) => {
                let Some(record) = program.records.get(id.ix()) else { return };
                for field in record.fields.iter().filter(|f| f.computed.is_none()) {
                    let path = format!("{path}.{}", field.name.id);
                    let default = field.default.is_some() && !is_empty_list(program, field.default);
                    let optional = at.optional || default || field.when.is_some();
                    let factor = field.factor.as_ref();
                    self.add(&path, &field.ty, list, At { optional, factor, depth: at.depth + 1 });
                }
            }
            Ty::List(inner) if !at.optional => {
                let own = ListId(self.layout.lists.len() as u32);
                self.layout.lists.push(List { path: path.to_owned(), parent: list });
                self.add(&format!("{path}[]"), inner, Some(own), At { optional: false, ..deeper });
            }
            _ => self.leave(path, at.optional),
        }
    }
}

/// What a path of columns leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Datum {
    /// A number in a declared unit.
    Number(UnitId),
    /// A member of an enumeration.
    Member(EnumId),
    /// True or false.
    Flag,
    /// A text.
    Text,
    /// A day.
    Other,
}

/// What stands at the path of a column: `items[].mass`, `alumina_use.factor`.
#[must_use]
pub fn datum(program: &Program, path: &str) -> Option<Datum> {
    let mut steps = path.split('.');
    let first = steps.next()?;
    let (name, lists) = bare(first);
    let mut ty = item(&program.inputs.iter().find(|i| i.name.id == name)?.ty, lists)?;
    for step in steps {
        let (name, lists) = bare(step);
        ty = match ty {
            Ty::Record(id) => {
                let field = program.records.get(id.ix())?.fields.iter().find(|f| f.name.id == name)?;
                item(&field.ty, lists)?
            }
            Ty::Activity { amount, .. } if name == "amount" => return Some(Datum::Number(*amount)),
            // By origins as well.
            Ty::Activity { factor, .. } => return Some(Datum::Number(*factor)),
            Ty::Split(unit) => return Some(Datum::Number(*unit)),
            _ => return None,
        };
    }
    Some(match ty {
        Ty::Number(u) | Ty::Split(u) | Ty::Activity { amount: u, .. } => Datum::Number(*u),
        Ty::Enum(e) => Datum::Member(*e),
        Ty::Bool => Datum::Flag,
        Ty::Text => Datum::Text,
        _ => Datum::Other,
    })
}

/// A step without its brackets, and how many there were.
fn bare(step: &str) -> (&str, usize) {
    let name = step.split("[]").next().unwrap_or(step);
    (name, (step.len() - name.len()) / 2)
}

fn item(mut ty: &Ty, mut lists: usize) -> Option<&Ty> {
    loop {
        match ty {
            Ty::Optional(inner) => ty = inner,
            Ty::List(inner) if lists > 0 => {
                lists -= 1;
                ty = inner;
            }
            _ => return (lists == 0).then_some(ty),
        }
    }
}

/// For each column of members, how many its enumeration has.
#[must_use]
pub fn members(program: &Program, layout: &Layout) -> Vec<u32> {
    let of = |c: &Column| match datum(program, &c.path) {
        Some(Datum::Member(e)) => program.enums.get(e.ix()).map_or(0, |e| e.members.len() as u32),
        _ => 0,
    };
    layout.columns.iter().map(of).collect()
}

/// Columns of no rows, to be filled: one for each of the layout.
#[must_use]
pub fn empty(layout: &Layout) -> Columns {
    use footrule_native::columns::{Column as Values, Values as Kinds};
    let of = |c: &Column| Values {
        values: match c.kind {
            Kind::Number { .. } => Kinds::Decimal { units: Vec::new(), scale: 0 },
            Kind::Member => Kinds::Member(Vec::new()),
            Kind::Flag => Kinds::Flag(Vec::new()),
            Kind::Opaque | Kind::Text | Kind::Day => Kinds::Opaque,
        },
        given: c.nullable.then(Vec::new),
    };
    Columns {
        rows: 0,
        columns: layout.columns.iter().map(of).collect(),
        offsets: layout.lists.iter().map(|_| vec![0]).collect(),
    }
}
