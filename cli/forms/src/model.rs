//! What a rule asks for: one slot for each scalar, one list for each list of items.
//!
//! Guarantees: slots stand in the order of the rule; records and activities are flattened to paths (`boiler.mass`).
//! Must not: evaluate. A default that is not a constant is described, not computed.

use footrule_diag::{Lang, Text, text};
use footrule_mir::{Cmp, Const, Constraint, FactorDefault, Op, Program, RecordId, RegionId, Ty, UnitId, When};
use std::collections::BTreeMap;

/// What kind of value a slot takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A number, with a unit or without.
    Number,
    /// True or false.
    Bool,
    /// A text.
    Text,
    /// A calendar day.
    Date,
    /// A member of the enumeration with this index.
    Enum(usize),
    /// Anything else: JSON in one cell.
    Json,
}

/// Evidence that stands beside a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    /// The value itself.
    Value,
    /// Its unit, if it is not the declared one.
    Unit,
    /// `source`
    Source,
    /// `year`
    Year,
    /// `region`
    Region,
    /// `primary`
    Primary,
}

/// One scalar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// Path from the top (`production`, `alumina_use.amount`), or from the item of a list (`mass`; empty for a list of
    /// scalars).
    pub path: String,
    /// Labels.
    pub labels: Text,
    /// Clause.
    pub clause: String,
    /// Declared unit, as a user may write it; empty for none.
    pub unit: String,
    /// What it takes.
    pub kind: Kind,
    /// It must be filled in (if anything around it is).
    pub required: bool,
    /// The default, as it would be filled in.
    pub default: Option<String>,
    /// Constraints in words.
    pub allowed: Text,
    /// It is the amount of an activity: evidence beside it is that of the activity.
    pub activity: bool,
    /// Conditions on the number alone: operator and bound.
    pub bounds: Vec<(&'static str, String)>,
    /// What is filled in: value, unit, source, year, region, primary.
    pub cells: [String; 6],
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct List {
    /// The input.
    pub path: String,
    /// Labels.
    pub labels: Text,
    /// It must be given.
    pub required: bool,
    /// Constraints in words.
    pub allowed: Text,
    /// There is none: the row of the list says `[]`.
    pub none: bool,
    /// What an item consists of.
    pub columns: Vec<Slot>,
    /// What is filled in, for each item and column.
    pub items: Vec<Vec<String>>,
}

/// A form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Form {
    /// Identifier of the rule.
    pub rule: String,
    /// Its labels.
    pub labels: Text,
    /// Its version.
    pub version: String,
    /// Its GWP set.
    pub gwp: String,
    /// Single data; the first ones belong to the document (`period`, `gwp` …).
    pub slots: Vec<Slot>,
    /// Lists.
    pub lists: Vec<List>,
    /// Members of the enumerations that occur, and the scenarios: name, and identifier with labels.
    pub enums: Enums,
    /// Keys of the document; a key that an input has for its name is the input's.
    pub(crate) top: Vec<&'static str>,
}

/// By index: the name of an enumeration, and its members with their labels.
pub type Enums = BTreeMap<usize, (String, Vec<(String, Text)>)>;

/// What is known of a path.
#[derive(Debug, Clone)]
pub(crate) struct Known {
    pub kind: Kind,
    pub unit: String,
    pub activity: bool,
}

/// By path without list indices.
pub(crate) type Kinds = BTreeMap<String, Known>;

/// Keys of the document beside its inputs.
pub(crate) const TOP: [&str; 5] = ["period", "scenario", "gwp", "product", "company"];

/// Where the scenarios stand among the enumerations: they are none of the rule's.
const SCENARIOS: usize = usize::MAX;

impl Form {
    /// The empty form of a rule.
    #[must_use]
    pub fn new(program: &Program) -> Self {
        let rule = &program.rule;
        let is_input = |key: &str| program.inputs.iter().any(|i| i.name.id.split('.').next() == Some(key));
        let keys: Vec<&'static str> = TOP.into_iter().filter(|k| !is_input(k)).collect();
        let mut form = Self {
            rule: rule.name.id.clone(),
            labels: rule.name.labels.clone(),
            version: rule.version.clone(),
            gwp: rule.gwp.clone(),
            slots: top(program, &keys),
            lists: Vec::new(),
            enums: BTreeMap::new(),
            top: keys,
        };
        if !program.scenarios.is_empty() {
            let all = program.scenarios.iter().map(|s| (s.name.id.clone(), s.name.labels.clone())).collect();
            form.enums.insert(SCENARIOS, ("scenario".to_owned(), all));
        }
        let mut walk = Walk { program, enums: &mut form.enums };
        for input in &program.inputs {
            let required = input.default.is_none() && input.when.is_none();
            let base = Slot {
                path: input.name.id.clone(),
                labels: input.name.labels.clone(),
                clause: input.name.clause.clone(),
                required,
                default: input.default.and_then(|r| constant(program, r)),
                allowed: words(&input.constraints, input.when.as_ref()),
                bounds: bounds(&input.constraints),
                ..Slot::empty()
            };
            match list_of(&input.ty) {
                Some(item) => {
                    let mut columns = Vec::new();
                    walk.item(item, &mut columns);
                    form.lists.push(List {
                        path: base.path,
                        labels: base.labels,
                        required: required && !matches!(input.ty, Ty::Optional(_)),
                        allowed: base.allowed,
                        none: false,
                        columns,
                        items: Vec::new(),
                    });
                }
                None => walk.flatten(base, &input.ty, input.factor.as_ref(), false, &mut form.slots),
            }
        }
        form
    }

    /// Fills one cell of a single datum in, or `[]` for a list without items; false if there is no such slot.
    pub fn set(&mut self, path: &str, column: Column, text: &str) -> bool {
        if text == "[]"
            && let Some(list) = self.lists.iter_mut().find(|l| l.path == path)
        {
            list.none = true;
            return true;
        }
        let slot = self.slots.iter_mut().find(|s| s.path == path);
        slot.map(|s| s.cells[column as usize] = text.to_owned()).is_some()
    }

    /// Fills one cell of a list's item in; items before it are made. False if there is no such list or column.
    pub fn set_item(&mut self, list: &str, item: usize, path: &str, text: &str) -> bool {
        let Some(list) = self.lists.iter_mut().find(|l| l.path == list) else { return false };
        let Some(column) = list.columns.iter().position(|c| c.path == path) else { return false };
        if list.items.len() <= item {
            list.items.resize(item + 1, vec![String::new(); list.columns.len()]);
        }
        list.items[item][column] = text.to_owned();
        true
    }

    /// The kind of value at each path; list indices are left out (`power[].amount`).
    pub(crate) fn kinds(&self) -> Kinds {
        let known = |s: &Slot| Known { kind: s.kind, unit: s.unit.clone(), activity: s.activity };
        let mut out = Kinds::new();
        for s in &self.slots {
            out.insert(s.path.clone(), known(s));
        }
        for l in &self.lists {
            out.insert(l.path.clone(), Known { kind: Kind::Json, unit: String::new(), activity: false });
            for c in &l.columns {
                out.insert(join(&format!("{}[]", l.path), &c.path), known(c));
            }
        }
        out
    }
}

impl Slot {
    fn empty() -> Self {
        Self {
            path: String::new(),
            labels: Text::default(),
            clause: String::new(),
            unit: String::new(),
            kind: Kind::Text,
            required: false,
            default: None,
            allowed: Text::default(),
            activity: false,
            bounds: Vec::new(),
            cells: Default::default(),
        }
    }

    /// Label in a language; the path where there is none.
    pub(crate) fn label(&self, lang: Lang) -> &str {
        let label = self.labels.get(lang);
        if label.is_empty() { &self.path } else { label }
    }
}

/// A path and what stands below it.
pub(crate) fn join(path: &str, below: &str) -> String {
    match (path.is_empty(), below.is_empty()) {
        (true, _) => below.to_owned(),
        (_, true) => path.to_owned(),
        _ => format!("{path}.{below}"),
    }
}

/// The slots of the document itself.
fn top(program: &Program, keys: &[&str]) -> Vec<Slot> {
    let gwp = &program.rule.gwp;
    let slot =
        |path: &str, labels: Text, allowed: Text| Slot { path: path.to_owned(), labels, allowed, ..Slot::empty() };
    let period = text!("2024 或 2024-03-01/2024-12-31", "2024, or 2024-03-01/2024-12-31");
    let set = text!(
        "所填排放因子的 GWP 体系；规则用 {gwp}，不同则不能计算",
        "GWP set of the factors that you fill in; the rule uses {gwp} and refuses others"
    );
    let scenario = Slot {
        kind: Kind::Enum(SCENARIOS),
        ..slot(
            "scenario",
            Text::new("情景", "scenario"),
            Text::new("不填则用所填数据", "the data as given if it is left out"),
        )
    };
    let mut all = vec![
        slot("period", Text::new("核算期", "period"), period),
        scenario,
        slot("gwp", Text::new("因子的 GWP 体系", "GWP set of the factors"), set),
        slot("product", Text::new("产品", "product"), Text::default()),
        slot("company", Text::new("企业", "company"), Text::default()),
    ];
    all.retain(|s| keys.contains(&s.path.as_str()) && (s.path != "scenario" || !program.scenarios.is_empty()));
    all
}

fn list_of(ty: &Ty) -> Option<&Ty> {
    match ty {
        Ty::List(item) => Some(item),
        Ty::Optional(inner) => list_of(inner),
        _ => None,
    }
}

struct Walk<'a> {
    program: &'a Program,
    enums: &'a mut Enums,
}

impl Walk<'_> {
    fn item(&mut self, ty: &Ty, out: &mut Vec<Slot>) {
        self.flatten(Slot { required: true, ..Slot::empty() }, ty, None, true, out);
    }

    fn flatten(&mut self, base: Slot, ty: &Ty, factor: Option<&FactorDefault>, in_list: bool, out: &mut Vec<Slot>) {
        match ty {
            Ty::Optional(inner) => self.flatten(Slot { required: false, ..base }, inner, factor, in_list, out),
            Ty::Number(u) | Ty::Split(u) => {
                let unit = if base.unit.is_empty() { self.unit(*u) } else { base.unit.clone() };
                out.push(Slot { kind: Kind::Number, unit, ..base });
            }
            Ty::Bool => out.push(Slot { kind: Kind::Bool, ..base }),
            Ty::Text => out.push(Slot { kind: Kind::Text, ..base }),
            Ty::Date => out.push(Slot { kind: Kind::Date, ..base }),
            Ty::Enum(e) => {
                if let Some(info) = self.program.enums.get(e.ix()) {
                    let members = info.members.iter().map(|m| (m.id.clone(), m.labels.clone())).collect();
                    self.enums.insert(e.ix(), (info.name.clone(), members));
                }
                out.push(Slot { kind: Kind::Enum(e.ix()), ..base });
            }
            Ty::Activity { amount, factor: per } => self.activity(&base, *amount, *per, factor, in_list, out),
            Ty::Record(id) => self.record(&base, *id, in_list, out),
            _ => out.push(Slot { kind: Kind::Json, ..base }),
        }
    }

    fn activity(
        &mut self,
        base: &Slot,
        amount: UnitId,
        per: UnitId,
        factor: Option<&FactorDefault>,
        in_list: bool,
        out: &mut Vec<Slot>,
    ) {
        let part = |name: &str, zh: &str, en: &str| Slot {
            path: join(&base.path, name),
            labels: Text::new(format!("{}：{zh}", base.label(Lang::Zh)), format!("{}: {en}", base.label(Lang::En))),
            clause: base.clause.clone(),
            ..Slot::empty()
        };
        out.push(Slot {
            kind: Kind::Number,
            activity: true,
            unit: self.unit(amount),
            required: base.required,
            allowed: base.allowed.clone(),
            bounds: base.bounds.clone(),
            ..part("amount", "数量", "amount")
        });
        if factor.is_none_or(|f| !f.fixed) {
            let allowed = match factor {
                Some(_) => Text::new("不填则用规则的因子", "the rule's factor if it is left out"),
                None => Text::default(),
            };
            let needed = base.required && factor.is_none();
            let unit = self.unit(per);
            out.push(Slot {
                kind: Kind::Number, unit, required: needed, allowed, ..part("factor", "因子", "factor")
            });
            out.push(part("gwp", "因子的 GWP 体系", "GWP set of the factor"));
        }
        if in_list {
            for (name, zh, en) in [("source", "来源", "source"), ("year", "年份", "year"), ("region", "地区", "region")]
            {
                out.push(part(name, zh, en));
            }
            out.push(Slot { kind: Kind::Bool, ..part("primary", "初级数据", "primary data") });
        }
    }

    fn record(&mut self, base: &Slot, id: RecordId, in_list: bool, out: &mut Vec<Slot>) {
        let Some(info) = self.program.records.get(id.ix()) else { return };
        for field in info.fields.iter().filter(|f| f.computed.is_none()) {
            let mut slot = Slot {
                path: join(&base.path, &field.name.id),
                labels: field.name.labels.clone(),
                clause: if field.name.clause.is_empty() { base.clause.clone() } else { field.name.clause.clone() },
                required: base.required && field.default.is_none() && field.when.is_none(),
                default: field.default.and_then(|r| constant(self.program, r)),
                allowed: words(&field.constraints, field.when.as_ref()),
                bounds: bounds(&field.constraints),
                ..Slot::empty()
            };
            // A tag that stands for another field's member cannot be written by the user; it is implied.
            if let (Some(k), Ty::Number(u) | Ty::Split(u)) = (field.tag_field, bare(&field.ty)) {
                let name = info.fields.get(k as usize).map_or("", |f| f.name.id.as_str());
                slot.unit = self.unit(*u).replace(&format!("{{{name}}}"), "");
            }
            match list_of(&field.ty) {
                Some(_) => out.push(Slot { kind: Kind::Json, ..slot }),
                None => self.flatten(slot, &field.ty, field.factor.as_ref(), in_list, out),
            }
        }
    }

    fn unit(&self, id: UnitId) -> String {
        self.program.units.get(id.ix()).map_or_else(String::new, |u| u.text.clone())
    }
}

fn bare(ty: &Ty) -> &Ty {
    if let Ty::Optional(inner) = ty { bare(inner) } else { ty }
}

/// A constant default, as a user would write it.
pub(crate) fn constant(program: &Program, region: RegionId) -> Option<String> {
    let node = program.regions.get(region.ix())?.value?;
    match &program.nodes.get(node.ix())?.op {
        Op::Const(Const::Number(x), _) => Some(x.to_string()),
        Op::Const(Const::Bool(b), _) => Some(b.to_string()),
        Op::Const(Const::Text(t), _) => Some(t.clone()),
        Op::Const(Const::Date { year, month, day }, _) => Some(format!("{year:04}-{month:02}-{day:02}")),
        Op::Const(Const::Enum(e, m), _) => Some(program.enums.get(e.ix())?.members.get(*m as usize)?.id.clone()),
        _ => None,
    }
}

fn sign(cmp: Cmp) -> &'static str {
    match cmp {
        Cmp::Eq => "=",
        Cmp::Ne => "<>",
        Cmp::Lt => "<",
        Cmp::Le => "<=",
        Cmp::Gt => ">",
        Cmp::Ge => ">=",
    }
}

fn bounds(constraints: &[Constraint]) -> Vec<(&'static str, String)> {
    let mut out = Vec::new();
    for c in constraints {
        match c {
            Constraint::Compare(cmp, x, _) => out.push((sign(*cmp), x.to_string())),
            Constraint::Range(a, b, _) => out.extend([(">=", a.to_string()), ("<=", b.to_string())]),
            _ => {}
        }
    }
    out
}

fn words(constraints: &[Constraint], when: Option<&When>) -> Text {
    // What is asked for on a condition only is refused where the condition does not hold.
    let condition = when.map(|w| {
        let formula = &w.formula;
        text!("仅当 {formula}", "only if {formula}")
    });
    let all = constraints.iter().filter_map(|c| match c {
        Constraint::Compare(cmp, x, _) => Some(Text::same(format!("{} {x}", sign(*cmp)))),
        Constraint::Range(a, b, _) => Some(text!("{a} 至 {b}", "{a} to {b}")),
        Constraint::Count(cmp, n, _) => {
            let s = sign(*cmp);
            Some(text!("条数 {s} {n}", "number of items {s} {n}"))
        }
        Constraint::Integer(_) => Some(Text::new("整数", "an integer")),
        _ => None,
    });
    let all = condition.into_iter().chain(all);
    all.reduce(|a, b| Text::new(format!("{}；{}", a.zh, b.zh), format!("{}; {}", a.en, b.en))).unwrap_or_default()
}
