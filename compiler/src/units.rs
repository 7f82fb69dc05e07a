//! Units and kinds: the algebra behind every quantity.
//!
//! A quantity's type is a product of named units, each with an optional tag. A tag makes an atom of the unit it
//! stands on: `kg{alumina}` and `kg{anode}` are as different as kg and m. `×` and `÷` cancel equal symbols and
//! convert nothing; whoever needs another unit of the same dimension asks [`UnitTy::factor_to`] for the exact ratio.

use crate::db::{Db, Diag, Item, SourceFile};
use crate::names::{Entry, Ns, Resolved, lookup, nearest_visible};
use footrule_diag::{Code, Span, text};
use footrule_number::{Number, Ratio};
use footrule_syntax::Key;
use footrule_syntax::ast::{self, Stmt, UnitExpr};
use std::collections::BTreeMap;

/// What a tag says.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tag {
    /// CO2 equivalents.
    Co2e,
    /// A flow, a gas, or a member of a flow enumeration.
    Flow(Entry),
    /// Whatever a value says: `kg{part.material}`. The path starts at a variable of the body (`#3`), at a named value,
    /// at a parameter of a signature (`$0`), or at the record itself (`@`).
    Follows {
        /// Where the path starts.
        root: String,
        /// Fields.
        path: Vec<String>,
        /// As the author wrote it.
        shown: String,
    },
}

/// A unit symbol with its tag.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Atom {
    /// The `unit` statement.
    pub unit: Item,
    /// Its tag.
    pub tag: Option<Tag>,
}

/// A unit type: atoms in order of first appearance, exponents not zero.
#[derive(Debug, Clone, Default, Eq)]
pub struct UnitTy {
    /// Atoms with exponents.
    pub atoms: Vec<(Atom, i32)>,
}

impl PartialEq for UnitTy {
    fn eq(&self, other: &Self) -> bool {
        self.sorted() == other.sorted()
    }
}

impl std::hash::Hash for UnitTy {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.sorted().hash(state);
    }
}

/// A generator of the group of dimensions.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Generator {
    /// A base dimension: the `unit` statement that introduces it.
    Base(Item),
    /// The whole dimension of a tagged unit.
    Kind(Vec<(Item, i32)>, Tag),
}

/// A dimension: exponents of generators.
pub type Dimension = BTreeMap<Generator, i32>;

/// What a `unit` statement defines.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct UnitInfo {
    /// Base dimensions.
    pub dimension: Vec<(Item, i32)>,
    /// How many coherent units it is; `None` if that does not fit.
    pub scale: Option<Ratio>,
    /// Zero point of a point unit in the coherent unit.
    pub offset: Option<Number>,
    /// UCUM code.
    pub ucum: Option<String>,
}

impl UnitTy {
    /// A pure number.
    #[must_use]
    pub fn one() -> Self {
        Self::default()
    }

    fn sorted(&self) -> Vec<&(Atom, i32)> {
        let mut v: Vec<_> = self.atoms.iter().collect();
        v.sort();
        v
    }

    /// True for a pure number.
    #[must_use]
    pub fn is_one(&self) -> bool {
        self.atoms.is_empty()
    }

    fn push(&mut self, atom: &Atom, power: i32) {
        if let Some(i) = self.atoms.iter().position(|(a, _)| a == atom) {
            self.atoms[i].1 += power;
            if self.atoms[i].1 == 0 {
                self.atoms.remove(i);
            }
        } else if power != 0 {
            // Units are short, and every expression has one.
            self.atoms.reserve_exact(1);
            self.atoms.push((atom.clone(), power));
        }
    }

    /// The product with `other` to the power of `sign`.
    #[must_use]
    pub fn times(&self, other: &Self, sign: i32) -> Self {
        let mut out = self.clone();
        for (a, p) in &other.atoms {
            out.push(a, p * sign);
        }
        out
    }

    /// The power.
    #[must_use]
    pub fn power(&self, n: i32) -> Self {
        let mut out = Self::default();
        for (a, p) in &self.atoms {
            out.push(a, p.saturating_mul(n));
        }
        out
    }

    /// The square root, if every exponent is even.
    #[must_use]
    pub fn root(&self) -> Option<Self> {
        let even = self.atoms.iter().all(|(_, p)| p % 2 == 0);
        even.then(|| Self { atoms: self.atoms.iter().map(|(a, p)| (a.clone(), p / 2)).collect() })
    }

    /// True if it is CO2e to the first power: such quantities keep their parts.
    #[must_use]
    pub fn is_co2e(&self) -> bool {
        self.atoms.iter().filter(|(a, _)| a.tag == Some(Tag::Co2e)).map(|(_, p)| *p).eq([1])
    }

    /// The same unit with other tags.
    #[must_use]
    pub fn map_tags(&self, mut f: impl FnMut(&Tag) -> Option<Tag>) -> Self {
        let mut out = Self::default();
        for (a, p) in &self.atoms {
            let tag = a.tag.as_ref().and_then(&mut f);
            out.push(&Atom { unit: a.unit.clone(), tag }, *p);
        }
        out
    }

    /// The same unit without tags.
    #[must_use]
    pub fn untagged(&self) -> Self {
        self.map_tags(|_| None)
    }

    /// Its dimension, kinds included.
    pub fn dimension(&self, db: &dyn Db) -> Dimension {
        let mut out = Dimension::new();
        for (a, p) in &self.atoms {
            let info = unit_info(db, a.unit.file, a.unit.key.clone());
            match &a.tag {
                Some(t) => {
                    *out.entry(Generator::Kind(info.dimension.clone(), t.clone())).or_default() += p;
                }
                None => {
                    for (b, e) in &info.dimension {
                        *out.entry(Generator::Base(b.clone())).or_default() += e * p;
                    }
                }
            }
        }
        out.retain(|_, e| *e != 0);
        out
    }

    /// How many coherent units it is.
    pub fn scale(&self, db: &dyn Db) -> Option<Ratio> {
        self.atoms.iter().try_fold(Ratio::ONE, |acc, (a, p)| {
            acc.mul(unit_info(db, a.unit.file, a.unit.key.clone()).scale?.powi(*p)?)
        })
    }

    /// The exact ratio that converts a number in this unit to `other`; `None` if it does not fit. The dimensions must
    /// be equal.
    pub fn factor_to(&self, db: &dyn Db, other: &Self) -> Option<Ratio> {
        // Only what differs is multiplied out: equal symbols cancel first.
        let quotient = self.times(other, -1);
        if quotient.is_one() { Some(Ratio::ONE) } else { quotient.scale(db) }
    }

    /// The zero point if this is a point unit such as °C, alone and untagged.
    pub fn offset(&self, db: &dyn Db) -> Option<Number> {
        match self.atoms.as_slice() {
            [(a, 1)] => unit_info(db, a.unit.file, a.unit.key.clone()).offset,
            _ => None,
        }
    }

    /// As authors write it: `kg{CO2e}/(t{cargo}·km)`; `1` for a number.
    #[must_use]
    pub fn show(&self) -> String {
        self.show_with(Tag::show)
    }

    fn show_with(&self, name: impl Fn(&Tag) -> String) -> String {
        let mut out = String::with_capacity(24);
        let push = |out: &mut String, positive: bool| {
            let mut first = true;
            for (a, p) in self.atoms.iter().filter(|(_, p)| (*p > 0) == positive) {
                if !std::mem::take(&mut first) {
                    out.push('·');
                }
                out.push_str(&shown_symbol(a.unit.name()));
                if let Some(tag) = &a.tag {
                    out.push('{');
                    out.push_str(&name(tag));
                    out.push('}');
                }
                if p.abs() != 1 {
                    out.push('^');
                    out.push_str(&p.abs().to_string());
                }
            }
        };
        push(&mut out, true);
        let down = self.atoms.iter().filter(|(_, p)| *p <= 0).count();
        if out.is_empty() {
            out.push('1');
        }
        if down > 0 {
            out.push_str(if down > 1 { "/(" } else { "/" });
            push(&mut out, false);
            out.push_str(if down > 1 { ")" } else { "" });
        }
        out
    }
}

/// The parser reads `°C` as the name `degC`; readers see the sign.
pub(crate) fn shown_symbol(name: &str) -> String {
    match name.strip_prefix("deg") {
        Some(rest) if rest.len() == 1 && rest.starts_with(|c: char| c.is_ascii_uppercase()) => format!("°{rest}"),
        _ => name.to_string(),
    }
}

impl Tag {
    /// As authors write it, without braces.
    #[must_use]
    pub fn show(&self) -> String {
        match self {
            Self::Co2e => "CO2e".into(),
            Self::Flow(e) => e.shown(),
            Self::Follows { shown, .. } => shown.clone(),
        }
    }
}

impl Entry {
    /// The flow's name.
    #[must_use]
    pub fn shown(&self) -> String {
        // The member's name needs the tree; the key of a flow enumeration is enough to tell flows apart, but not to
        // show them, so resolution stores `ENUM` items with a member and callers use `flow_name` where it matters.
        match self.member {
            None => self.item.name().to_string(),
            Some(i) => format!("{}#{i}", self.item.name()),
        }
    }
}

/// The name of a flow, a gas or a member of a flow enumeration.
pub fn flow_name(db: &dyn Db, entry: &Entry) -> String {
    match (entry.member, entry.item.ast(db).map(|a| &a.stmt)) {
        (Some(i), Some(Stmt::Enum { variants, .. })) => {
            variants.get(i as usize).map_or_else(String::new, |v| v.name.text.clone())
        }
        _ => entry.item.name().to_string(),
    }
}

/// A unit as authors write it, with the names of members resolved.
pub fn show_unit(db: &dyn Db, unit: &UnitTy) -> String {
    unit.show_with(|tag| match tag {
        Tag::Flow(e) => flow_name(db, e),
        other => other.show(),
    })
}

/// What a `unit` statement defines. Cyclic definitions are reported where they stand and define nothing.
#[salsa::tracked(returns(ref), cycle_result = unit_cycle)]
pub fn unit_info(db: &dyn Db, file: SourceFile, key: Key) -> UnitInfo {
    let item = Item { file, key };
    if crate::generics::kind(&item).is_some() {
        // A unit that stands for any has a dimension of its own; it is only ever compared with itself.
        return UnitInfo { dimension: vec![(item, 1)], scale: Some(Ratio::ONE), offset: None, ucum: None };
    }
    let Some(Stmt::Unit { definition, codes, .. }) = item.ast(db).map(|a| &a.stmt) else { return UnitInfo::default() };
    let ucum = codes.iter().find(|(k, _)| k.text == "ucum").map(|(_, c)| c.clone());
    let Some(def) = definition else {
        return UnitInfo { dimension: vec![(item, 1)], scale: Some(Ratio::ONE), offset: None, ucum };
    };
    let mut ignored = Vec::new();
    let unit = read_unit(db, &item, &def.unit, &mut |_, _| None, &mut ignored);
    let mut dimension: BTreeMap<Item, i32> = BTreeMap::new();
    for (a, p) in &unit.atoms {
        for (b, e) in &unit_info(db, a.unit.file, a.unit.key.clone()).dimension {
            *dimension.entry(b.clone()).or_default() += e * p;
        }
    }
    dimension.retain(|_, e| *e != 0);
    let factor = Ratio::from_number(def.factor)
        .and_then(|f| def.divisor.map_or(Some(f), |d| Ratio::from_number(d).and_then(|d| f.div(d))));
    let scale = unit.scale(db).and_then(|s| factor.and_then(|f| s.mul(f)));
    UnitInfo { dimension: dimension.into_iter().collect(), scale, offset: def.offset, ucum }
}

fn unit_cycle(_: &dyn Db, _: salsa::Id, _: SourceFile, _: Key) -> UnitInfo {
    UnitInfo::default()
}

/// Reads a unit as written in `item`. `follow` gives the meaning of tags that name values (fields, parameters, loop
/// variables); other tags are flows.
pub fn read_unit(
    db: &dyn Db,
    item: &Item,
    unit: &UnitExpr,
    follow: &mut dyn FnMut(&ast::Path, Span) -> Option<Tag>,
    diags: &mut Vec<Diag>,
) -> UnitTy {
    let mut out = UnitTy::one();
    for a in &unit.atoms {
        if a.symbol.text == "1" {
            continue;
        }
        let Some(symbol) = read_symbol(db, item, &a.symbol, diags) else { continue };
        if crate::generics::kind(&symbol).is_some() && a.tag.is_some() {
            let n = &a.symbol.text;
            diags.push(
                Diag::new(
                    Code::T028,
                    text!("`{n}` 代表整个单位，不能再带标签", "`{n}` stands for a whole unit and takes no tag"),
                )
                .at(item.at(a.symbol.span), text!("任意单位", "any unit"))
                .help(text!("用 `<F: flow>` 写 `t{{F}}`", "write `t{{F}}` with `<F: flow>`")),
            );
            continue;
        }
        let tag = a.tag.as_ref().and_then(|path| {
            let span = path.0.iter().map(|i| i.span).reduce(Span::to).unwrap_or(a.symbol.span);
            follow(path, span).or_else(|| read_flow(db, item, path, span, diags))
        });
        out.push(&Atom { unit: symbol, tag }, a.power);
    }
    out
}

fn read_symbol(db: &dyn Db, item: &Item, symbol: &ast::Ident, diags: &mut Vec<Diag>) -> Option<Item> {
    if let Some(v) = crate::generics::find(db, item, &symbol.text)
        && crate::generics::kind(&v) == Some(crate::generics::Kind::Unit)
    {
        return Some(v);
    }
    match lookup(db, item, Ns::Unit, symbol.text.clone()) {
        Resolved::One(e) => Some(e.item),
        Resolved::Many(es) => {
            diags.push(crate::report::ambiguous(db, item.at(symbol.span), &symbol.text, &es));
            None
        }
        Resolved::None => {
            let name = &symbol.text;
            let d = if matches!(name.as_str(), "ton" | "tons" | "tonne" | "吨") {
                Diag::new(Code::U012, text!("`{name}` 没有说明是哪一种吨", "`{name}` does not say which ton"))
                    .at(item.at(symbol.span), text!("此处", "here"))
                    .help(text!(
                        "公吨写作 `t`；另有 `short_ton`、`long_ton`",
                        "a metric ton is `t`; there are also `short_ton` and `long_ton`"
                    ))
                    .fix(item.at(symbol.span), "t")
            } else {
                let near = nearest_visible(db, item, Ns::Unit, name, &[]);
                let d = Diag::new(Code::N014, text!("单位 `{name}` 未知", "unknown unit `{name}`"))
                    .at(item.at(symbol.span), text!("没有这个单位", "no such unit"));
                match near {
                    Some(n) => d.help(text!("是否指 `{n}`？", "is `{n}` meant?")).fix(item.at(symbol.span), n),
                    None => {
                        d.help(text!("新单位用 `unit {name} = …` 声明", "a new unit is declared by `unit {name} = …`"))
                    }
                }
            };
            diags.push(d);
            None
        }
    }
}

pub(crate) fn read_flow(db: &dyn Db, item: &Item, path: &ast::Path, span: Span, diags: &mut Vec<Diag>) -> Option<Tag> {
    let [name] = path.0.as_slice() else {
        let shown = path.0.iter().map(|i| i.text.as_str()).collect::<Vec<_>>().join(".");
        diags.push(
            Diag::new(
                Code::N005,
                text!("标签 `{shown}` 不是此处可见的值", "tag `{shown}` is no value that is visible here"),
            )
            .at(item.at(span), text!("此处", "here")),
        );
        return None;
    };
    let name = &name.text;
    if name == "CO2e" {
        return Some(Tag::Co2e);
    }
    if let Some(v) = crate::generics::find(db, item, name)
        && crate::generics::kind(&v) != Some(crate::generics::Kind::Unit)
    {
        return Some(Tag::Flow(Entry { item: v, member: None }));
    }
    match lookup(db, item, Ns::Flow, name.clone()) {
        Resolved::One(e) => Some(Tag::Flow(e)),
        Resolved::Many(es) => {
            diags.push(crate::report::ambiguous(db, item.at(span), name, &es));
            None
        }
        Resolved::None => {
            let d = Diag::new(Code::N005, text!("物质种类 `{name}` 未知", "unknown flow `{name}`"))
                .at(item.at(span), text!("没有声明", "not declared"));
            diags.push(match nearest_visible(db, item, Ns::Flow, name, &[]) {
                Some(n) => d.help(text!("是否指 `{n}`？", "is `{n}` meant?")).fix(item.at(span), n),
                None => d.help(text!(
                    "用 `flow {name} zh \"…\" en \"…\"` 声明，或 `use` 声明它的模块",
                    "declare it by `flow {name} zh \"…\" en \"…\"`, or `use` the module that does"
                )),
            });
            None
        }
    }
}

/// Units that are defined through each other.
pub(crate) fn cycles(db: &dyn Db, file: SourceFile, out: &mut Vec<Diag>) {
    let reads = |i: &Item| -> Vec<Item> {
        let Some(Stmt::Unit { definition: Some(d), .. }) = i.ast(db).map(|a| &a.stmt) else { return Vec::new() };
        let symbols = d.unit.atoms.iter().map(|a| a.symbol.text.clone());
        symbols
            .filter_map(|s| if let Resolved::One(e) = lookup(db, i, Ns::Unit, s) { Some(e.item) } else { None })
            .collect()
    };
    let mut told: Vec<Item> = Vec::new();
    for start in crate::db::items_of(db, file, &["unit"]) {
        let mut path = vec![start.clone()];
        // Each unit is followed by its first symbol that leads on; a cycle comes back to its start.
        while let Some(next) = path.last().and_then(|i| reads(i).into_iter().find(|n| n == start || !path.contains(n)))
        {
            if next == *start {
                break;
            }
            path.push(next);
        }
        let closes = path.last().is_some_and(|i| reads(i).contains(start));
        if !closes || told.contains(start) {
            continue;
        }
        told.extend(path.iter().cloned());
        let shown = path.iter().chain([start]).map(Item::name).collect::<Vec<_>>().join(" → ");
        out.push(
            Diag::new(Code::N003, text!("单位定义成环：{shown}", "units are defined through each other: {shown}"))
                .at(start.name_place(db), text!("环从这里开始", "the cycle starts here"))
                .help(text!(
                    "其中一个须是基本单位或由别的单位得出",
                    "one of them must be a base unit or rest on another unit"
                )),
        );
    }
}
