//! What stands at a path of the input document: `production`, `limestone_use.amount`, `boiler.mass`, `power.source`.
//!
//! Guarantees: a path is accepted here exactly if the reading of input documents knows its keys. Must not: read data.

use footrule_diag::Text;
use footrule_mir::{
    EnumId, FactorDefault, FieldInfo, Footprint, InputInfo, Named, Origin, Program, RecordId, Ty, UnitId,
};
pub use footrule_runtime::DOCUMENT_KEYS as TOP;
use footrule_runtime::{EVIDENCE, origin_name};
use std::collections::BTreeMap;

/// What kind of value a column holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// A number in this declared unit.
    Number {
        /// Declared unit.
        unit: UnitId,
        /// A tag of the unit is the member in another field of the record, so it is known only row by row.
        follows: bool,
    },
    /// True or false.
    Bool,
    /// A text.
    Text,
    /// A calendar day.
    Date,
    /// A member of an enumeration, by identifier or label.
    Enum(EnumId),
    /// A list of items.
    List,
    /// An object as a whole (a record, a footprint, an activity with its factor), or evidence.
    Any,
}

/// Keys of a footprint beside those of a factor.
const FOOTPRINT: [&str; 6] = ["primary_data_share", "rule", "period", "product", "company", "scenario"];

/// Keys of a record of a data exchange beside its `pcf`.
const EXCHANGE: [&str; 6] = ["id", "specVersion", "status", "companyName", "productDescription", "productNameCompany"];

/// A place in the document.
#[derive(Debug, Clone)]
pub(crate) enum Spot<'p> {
    /// A group of inputs, all those below this path (everything, if it is empty).
    Group(&'p Program, String),
    /// A value of a type.
    Value(Typed<'p>),
    /// Anything, below which there may be anything.
    Any,
    /// A text.
    Text,
}

/// A type with what is known beside it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Typed<'p> {
    pub program: &'p Program,
    pub ty: &'p Ty,
    pub follows: bool,
    pub footprint: Option<Footprint>,
    /// CO2e by unit that is the factor of an activity.
    pub factor: Option<UnitId>,
}

impl<'p> Typed<'p> {
    pub(crate) fn of(program: &'p Program, ty: &'p Ty) -> Self {
        Self { program, ty, follows: false, footprint: None, factor: None }
    }

    /// Without `optional`.
    pub(crate) fn bare(self) -> Self {
        match self.ty {
            Ty::Optional(inner) => Self { ty: inner, ..self }.bare(),
            _ => self,
        }
    }

    /// The items of a list.
    pub(crate) fn item(self) -> Option<Self> {
        match self.bare().ty {
            Ty::List(item) => Some(Self { ty: item, ..self }),
            _ => None,
        }
    }

    /// What a column of this place holds.
    pub(crate) fn kind(self) -> Kind {
        let Self { follows, .. } = self;
        if let Some(unit) = self.factor {
            return Kind::Number { unit, follows };
        }
        match *self.bare().ty {
            Ty::Number(unit) | Ty::Split(unit) | Ty::Activity { amount: unit, .. } => Kind::Number { unit, follows },
            Ty::Bool => Kind::Bool,
            Ty::Text => Kind::Text,
            Ty::Date => Kind::Date,
            Ty::Enum(e) => Kind::Enum(e),
            Ty::List(_) => Kind::List,
            _ => Kind::Any,
        }
    }

    /// The key under which the value stands when something is said beside it.
    pub(crate) fn own_key(self) -> &'static str {
        if self.factor.is_none() && matches!(self.bare().ty, Ty::Activity { .. }) { "amount" } else { "value" }
    }

    fn step(self, key: &str) -> Option<Spot<'p>> {
        let this = self.bare();
        let number = |unit| Spot::Value(Typed { factor: Some(unit), ..this });
        let co2e = |unit: UnitId| match key {
            "value" => Some(number(unit)),
            "unit" | "gwp" | "origin" => Some(Spot::Text),
            _ if Origin::ALL.into_iter().any(|o| origin_name(o) == key) => Some(number(unit)),
            _ => evidence(this.program, key),
        };
        if let Some(unit) = this.factor {
            return co2e(unit);
        }
        match this.ty {
            Ty::Record(id) => {
                let field = field(this.program, *id, key)?;
                Some(Spot::Value(of_field(this.program, field)))
            }
            Ty::Activity { amount, factor } => match key {
                "amount" => Some(number(*amount)),
                "factor" => Some(number(*factor)),
                "gwp" | "origin" => Some(Spot::Text),
                _ => evidence(this.program, key),
            },
            Ty::Split(unit) => match (this.footprint, key) {
                (Some(f), "inputs") => {
                    let upstream = this.program.upstream_of(f)?;
                    Some(Spot::Group(&upstream.program, String::new()))
                }
                (Some(_), "pcf") => Some(Spot::Any),
                (Some(_), key) if FOOTPRINT.contains(&key) || EXCHANGE.contains(&key) => Some(Spot::Any),
                _ => co2e(*unit),
            },
            Ty::List(_) | Ty::Optional(_) => None,
            _ => match key {
                "value" => Some(Spot::Value(this)),
                "unit" => Some(Spot::Text),
                _ => evidence(this.program, key),
            },
        }
    }
}

impl<'p> Spot<'p> {
    /// The place below this one.
    pub(crate) fn step(&self, key: &str) -> Option<Spot<'p>> {
        match self {
            Self::Group(program, prefix) => {
                let path = join(prefix, key);
                if let Some(input) = program.inputs.iter().find(|i| i.name.id == path) {
                    return Some(Self::Value(of_input(program, input)));
                }
                let below = |i: &InputInfo| i.name.id.strip_prefix(&path).is_some_and(|r| r.starts_with('.'));
                program.inputs.iter().any(below).then_some(Self::Group(program, path))
            }
            Self::Value(typed) => typed.step(key),
            Self::Any => Some(Self::Any),
            Self::Text => None,
        }
    }

    /// The place at a path below this one.
    pub(crate) fn walk(&self, path: &str) -> Option<Spot<'p>> {
        if path.is_empty() {
            return Some(self.clone());
        }
        path.split('.').try_fold(self.clone(), |spot, key| spot.step(key))
    }

    /// The place at a path below this one in which `[]` stands for the items of a list.
    pub(crate) fn walk_items(&self, path: &str) -> Option<Spot<'p>> {
        path.split('.').try_fold(self.clone(), |spot, key| {
            let items = key.matches("[]").count();
            let spot = spot.step(key.trim_end_matches("[]"))?;
            (0..items).try_fold(spot, |spot, _| match spot {
                Self::Value(list) => Some(Self::Value(list.item()?)),
                _ => None,
            })
        })
    }

    /// The program whose units and enumerations count here: that of a rule whose footprint is an input, below its `inputs`.
    pub(crate) fn program(&self) -> Option<&'p Program> {
        match self {
            Self::Group(program, _) => Some(program),
            Self::Value(typed) => Some(typed.program),
            Self::Any | Self::Text => None,
        }
    }

    /// What a column of this place holds; a group holds objects.
    pub(crate) fn kind(&self) -> Kind {
        match self {
            Self::Value(t) => t.kind(),
            Self::Text => Kind::Text,
            Self::Any | Self::Group(..) => Kind::Any,
        }
    }
}

pub(crate) fn of_input<'p>(program: &'p Program, input: &'p InputInfo) -> Typed<'p> {
    Typed { footprint: input.footprint, ..Typed::of(program, &input.ty) }
}

fn of_field<'p>(program: &'p Program, field: &'p FieldInfo) -> Typed<'p> {
    Typed { follows: field.tag_field.is_some(), footprint: field.footprint, ..Typed::of(program, &field.ty) }
}

fn field<'p>(program: &'p Program, id: RecordId, key: &str) -> Option<&'p FieldInfo> {
    let record = program.records.get(id.ix())?;
    let given = |f: &&FieldInfo| f.computed.is_none();
    let labelled = |f: &&FieldInfo| record.each && (f.name.labels.zh == key || f.name.labels.en == key);
    let fields = || record.fields.iter().filter(given);
    fields().find(|f| f.name.id == key).or_else(|| fields().find(labelled))
}

fn evidence<'p>(program: &'p Program, key: &str) -> Option<Spot<'p>> {
    EVIDENCE.contains(&key).then(|| match key {
        "primary" => Spot::Value(Typed::of(program, &Ty::Bool)),
        "source" | "region" | "note" | "supplier" => Spot::Text,
        _ => Spot::Any,
    })
}

/// True if a path is another one, or below it.
pub(crate) fn around(path: &str, other: &str) -> bool {
    path.strip_prefix(other).is_some_and(|r| r.is_empty() || r.starts_with('.'))
}

/// A path and what stands below it.
pub(crate) fn join(path: &str, below: &str) -> String {
    match (path.is_empty(), below.is_empty()) {
        (true, _) => below.to_owned(),
        (_, true) => path.to_owned(),
        _ => format!("{path}.{below}"),
    }
}

/// A path that must or may be given, for messages and as the target of labels.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    pub path: String,
    pub labels: Text,
    /// A datum, or the amount of one; a record is given by its fields.
    pub leaf: bool,
}

/// Everything that can be given below a type, records by their fields.
pub(crate) fn asked(program: &Program, path: &str, labels: &Text, ty: &Ty, out: &mut Vec<Asked>) {
    let own = |leaf| Asked { path: path.to_owned(), labels: labels.clone(), leaf };
    match ty {
        Ty::Optional(inner) => asked(program, path, labels, inner, out),
        Ty::Record(id) => {
            out.push(own(false));
            let fields = program.records.get(id.ix()).map_or(&[][..], |r| &r.fields);
            for f in fields.iter().filter(|f| f.computed.is_none()) {
                asked(program, &join(path, &f.name.id), &f.name.labels, &f.ty, out);
            }
        }
        Ty::Activity { .. } => {
            out.push(own(true));
            for part in ["amount", "factor"] {
                out.push(Asked { path: join(path, part), labels: Text::default(), leaf: true });
            }
        }
        _ => out.push(own(true)),
    }
}

/// All inputs of a program with what is below them.
pub(crate) fn inputs(program: &Program) -> Vec<Asked> {
    let mut out = Vec::new();
    for i in &program.inputs {
        asked(program, &i.name.id, &i.name.labels, &i.ty, &mut out);
    }
    out
}

/// The path that each label means; `None` where it could mean several.
pub(crate) fn labels(all: &[Asked]) -> BTreeMap<&str, Option<&str>> {
    let mut out: BTreeMap<&str, Option<&str>> = BTreeMap::new();
    for a in all {
        let (zh, en) = (a.labels.zh.as_str(), a.labels.en.as_str());
        for label in [zh, en].into_iter().filter(|l| !l.is_empty()) {
            let path = Some(a.path.as_str());
            out.entry(label).and_modify(|p| *p = p.filter(|p| Some(*p) == path)).or_insert(path);
        }
    }
    out
}

/// What must be given in a value and is not among `given` (paths, each standing for all below it): paths.
pub(crate) fn missing(typed: Typed<'_>, path: &str, factor: Option<&FactorDefault>, given: &Given<'_>) -> Vec<String> {
    if given.whole(path) {
        return Vec::new();
    }
    let this = typed.bare();
    match this.ty {
        Ty::Record(id) => {
            let mut out = Vec::new();
            let fields = this.program.records.get(id.ix()).map_or(&[][..], |r| &r.fields);
            for f in fields.iter().filter(|f| f.computed.is_none()) {
                let below = join(path, &f.name.id);
                let optional = f.default.is_some() || f.when.is_some() || matches!(f.ty, Ty::Optional(_));
                if given.whole(&below) || (optional && !given.below(&below)) {
                    continue;
                }
                out.extend(missing(of_field(this.program, f), &below, f.factor.as_ref(), given));
            }
            out
        }
        Ty::Activity { .. } if given.below(path) => {
            let needed = [("amount", true), ("factor", factor.is_none())];
            let parts = needed.into_iter().filter(|(_, needed)| *needed).map(|(part, _)| join(path, part));
            parts.filter(|p| !given.whole(p) && !given.below(p)).collect()
        }
        _ if given.below(path) => Vec::new(),
        _ => vec![path.to_owned()],
    }
}

/// The paths that are given.
pub(crate) struct Given<'a>(pub Vec<&'a str>);

impl Given<'_> {
    /// The path itself, or something around it.
    pub(crate) fn whole(&self, path: &str) -> bool {
        self.0.iter().any(|g| around(path, g))
    }

    /// Something below the path.
    pub(crate) fn below(&self, path: &str) -> bool {
        self.0.iter().any(|g| g.strip_prefix(path).is_some_and(|r| r.starts_with('.')))
    }
}

/// The name of an input for messages: label in brackets.
pub(crate) fn titled(name: &Named, path: &str) -> Text {
    let with = |label: &str, open: &str, close: &str| {
        if label.is_empty() { path.to_owned() } else { format!("{path}{open}{label}{close}") }
    };
    Text::new(with(&name.labels.zh, "（", "）"), with(&name.labels.en, " (", ")"))
}
