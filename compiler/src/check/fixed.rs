//! What an include says of the variables of its process: `include burner<coal> as boiler`.
//!
//! Guarantees: an include says it for every variable or for none, in their order, and nothing is inferred: so the type of a
//! value that is read through an include rests on the includes alone. Types seen from outside have no variable left;
//! where something is wrong, they are [`Ty::Error`].

use super::TBinding;
use super::expr::Cx;
use super::value_type;
use crate::db::{Db, Diag, Item, SourceFile};
use crate::generics::{Binding, Bound, Kind, alone, apply_ty, find, kind, mentions, process_variables};
use crate::names::{Entry, Ns, Resolved, included, lookup};
use crate::types::{GasTag, Through, Ty};
use crate::units::{Tag, UnitTy, read_flow, read_unit};
use footrule_diag::{Code, Span, text};
use footrule_syntax::Key;
use footrule_syntax::ast::{Ident, Include, Path, Stmt, UnitExpr};

/// What the variables of a process stand for in one include.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Fixed {
    /// Each variable that is known.
    pub binding: Binding,
    /// What is wrong in what the include says.
    pub diags: Vec<Diag>,
}

/// Reads what an include says of the variables of its process.
#[salsa::tracked(returns(ref))]
pub fn fixed_by(db: &dyn Db, file: SourceFile, include: Key) -> Fixed {
    let item = Item { file, key: include };
    let mut out = Fixed::default();
    let Some(Stmt::Include(i)) = item.ast(db).map(|a| &a.stmt) else { return out };
    let Some(process) = included(db, file, item.key.clone()) else { return out };
    let variables = process_variables(db, process.file, process.key.clone());
    let (Some(first), Some(last)) = (i.args.first(), i.args.last()) else { return out };
    if variables.len() != i.args.len() {
        out.diags.push(miscounted(db, &item, &process, variables, i.args.len(), first.span.to(last.span)));
        return out;
    }
    for (v, arg) in variables.iter().zip(&i.args) {
        let bound = match kind(v) {
            Some(Kind::Unit) => unit(db, &item, &process, v, arg, &mut out.diags),
            Some(_) => substance(db, &item, &process, v, arg, &mut out.diags),
            None => None,
        };
        out.binding.extend(bound.map(|b| (v.clone(), b)));
    }
    out
}

fn miscounted(db: &dyn Db, item: &Item, process: &Item, variables: &[Item], found: usize, span: Span) -> Diag {
    let (p, n) = (process.name(), variables.len());
    let d = match n {
        0 => Diag::new(Code::T032, text!("过程 `{p}` 没有变量", "the process `{p}` has no variables"))
            .help(text!("写作 `include {p} as …`", "write `include {p} as …`")),
        _ => {
            let list = listed(variables);
            Diag::new(
                Code::T032,
                text!(
                    "过程 `{p}` 有 {n} 个变量，给出了 {found} 个",
                    "the process `{p}` has {n} variables, {found} are given"
                ),
            )
            .help(text!("依次写出：`{p}<{list}>`", "give each in order: `{p}<{list}>`"))
        }
    };
    d.at(item.at(span), text!("此处", "here")).also(process.name_place(db), text!("过程在此", "the process"))
}

fn listed(variables: &[Item]) -> String {
    variables.iter().map(Item::name).collect::<Vec<_>>().join(", ")
}

/// A name that stands alone.
fn bare(arg: &UnitExpr) -> Option<&Ident> {
    match arg.atoms.as_slice() {
        [a] if a.tag.is_none() && a.power == 1 => Some(&a.symbol),
        _ => None,
    }
}

fn is_named(db: &dyn Db, item: &Item, ns: Ns, name: &str) -> bool {
    lookup(db, item, ns, name.to_string()) != Resolved::None
}

/// What a variable stands for, in words.
fn words(v: &Item) -> (&'static str, &'static str) {
    match kind(v) {
        Some(Kind::Unit) => ("单位", "a unit"),
        Some(Kind::Gas) => ("气体", "a gas"),
        _ => ("物质", "a substance"),
    }
}

fn misfit(db: &dyn Db, item: &Item, process: &Item, v: &Item, arg: &UnitExpr) -> Diag {
    let (n, (zh, en), shown) = (v.name(), words(v), item.slice(db, arg.span));
    Diag::new(Code::T031, text!("`{n}` 代表一种{zh}，`{shown}` 不是", "`{n}` stands for {en}, and `{shown}` is none"))
        .at(item.at(arg.span), text!("不是{zh}", "this is not {en}"))
        .also(process.name_place(db), text!("过程在此", "the process"))
}

fn unit(db: &dyn Db, item: &Item, process: &Item, v: &Item, arg: &UnitExpr, diags: &mut Vec<Diag>) -> Option<Bound> {
    if let Some(word) = bare(arg) {
        let n = &word.text;
        if n == "number" {
            return Some(Bound::Unit(UnitTy::one()));
        }
        let variable = find(db, item, n).map(|v| kind(&v));
        let substance = is_named(db, item, Ns::Flow, n) && !is_named(db, item, Ns::Unit, n);
        if substance && variable.is_none() || variable.is_some_and(|k| k != Some(Kind::Unit)) {
            diags.push(
                misfit(db, item, process, v, arg)
                    .help(text!("写出单位，例如 `t{{{n}}}`", "write a unit, as in `t{{{n}}}`")),
            );
            return None;
        }
    }
    let before = diags.len();
    let u = read_unit(db, item, arg, &mut |_, _| None, diags);
    if diags.len() > before {
        return None;
    }
    if u.offset(db).is_some() {
        diags.push(
            misfit(db, item, process, v, arg)
                .help(text!("温度先换算为 K：写 `K`", "a temperature is converted to K first: write `K`")),
        );
        return None;
    }
    // CO2e keeps its parts, which a process that knows no more than a unit would lose.
    if u.atoms.iter().any(|(a, _)| a.tag == Some(Tag::Co2e)) {
        diags.push(misfit(db, item, process, v, arg).help(text!(
            "过程里直接写 `kg{{CO2e}}`，二氧化碳当量才保留其组成",
            "write `kg{{CO2e}}` in the process itself: only then CO2e keeps its parts"
        )));
        return None;
    }
    Some(Bound::Unit(u))
}

fn substance(
    db: &dyn Db,
    item: &Item,
    process: &Item,
    v: &Item,
    arg: &UnitExpr,
    diags: &mut Vec<Diag>,
) -> Option<Bound> {
    let Some(word) = bare(arg) else {
        let d = misfit(db, item, process, v, arg);
        // The substance of a unit is most likely what was meant.
        let inner = match arg.atoms.as_slice() {
            [a] => a.tag.as_ref().and_then(|t| t.0.first()).map(|t| t.text.clone()),
            _ => None,
        };
        diags.push(match inner {
            Some(n) => d.help(text!("只写物质：`{n}`", "write the substance alone: `{n}`")).fix(item.at(arg.span), n),
            None => d,
        });
        return None;
    };
    let n = &word.text;
    let unit = find(db, item, n).is_some_and(|v| kind(&v) == Some(Kind::Unit))
        || !is_named(db, item, Ns::Flow, n) && find(db, item, n).is_none() && is_named(db, item, Ns::Unit, n);
    if unit || n == "CO2e" {
        diags.push(misfit(db, item, process, v, arg));
        return None;
    }
    let tag = read_flow(db, item, &Path(vec![word.clone()]), word.span, diags)?;
    let gas = match &tag {
        Tag::Flow(Entry { item, member: None }) if super::generic::is_gas_item(item) => {
            Some(GasTag::Static(item.clone()))
        }
        _ => None,
    };
    if kind(v) == Some(Kind::Gas) && gas.is_none() {
        diags.push(misfit(db, item, process, v, arg).help(text!(
            "气体由 `gas` 声明；`std.gas` 里有常见的",
            "a gas is declared by `gas`; `std.gas` has the common ones"
        )));
        return None;
    }
    Some(Bound::Tag(tag, gas))
}

/// A type of something in a process, as the statement that includes it sees it.
pub(crate) fn in_include(db: &dyn Db, ty: &Ty, include: &Item) -> Ty {
    let Some(process) = included(db, include.file, include.key.clone()) else { return ty.clone() };
    let variables = process_variables(db, process.file, process.key);
    if variables.is_empty() {
        return ty.clone();
    }
    let seen = apply_ty(ty, &fixed_by(db, include.file, include.key.clone()).binding);
    if mentions(db, &seen, variables) { Ty::Error } else { seen }
}

/// The type of a value that is read by way of includes.
pub(crate) fn seen(db: &dyn Db, t: &Through) -> Ty {
    let own = value_type(db, t.item.file, t.item.key.clone()).clone();
    t.path.iter().rev().fold(own, |ty, include| in_include(db, &ty, include))
}

/// True if a value is a record or a row with parts made of a variable of its process: it has no type outside.
fn has_open_parts(db: &dyn Db, item: &Item) -> bool {
    let Some(process) = item.owner() else { return false };
    let variables = process_variables(db, process.file, process.key);
    let inner = Ty::Record(item.clone());
    let mut ty = match item.key.keyword.as_str() {
        // A process inside a process, of which a list has the inputs.
        "include" => &inner,
        _ => value_type(db, item.file, item.key.clone()),
    };
    while let Ty::List(t) | Ty::Optional(t) = ty {
        ty = t;
    }
    matches!(ty, Ty::Record(_) | Ty::Row(_) | Ty::Each(_)) && !variables.is_empty() && mentions(db, ty, variables)
}

impl Cx<'_> {
    /// Refuses to handle from outside what has no type there.
    pub(super) fn has_outer_type(&mut self, item: &Item, span: Span) -> bool {
        if !has_open_parts(self.db, item) {
            return true;
        }
        let (n, p) = (item.name(), item.owner().map_or_else(String::new, |p| p.name().to_string()));
        let d = Diag::new(
            Code::T033,
            text!(
                "`{n}` 的组成随过程 `{p}` 的变量而定，过程之外不能读写",
                "the parts of `{n}` depend on the variables of the process `{p}`: it is handled inside it only"
            ),
        )
        .at(self.at(span), text!("在过程之外", "outside the process"))
        .also(item.name_place(self.db), text!("声明在此", "declared here"))
        .help(text!(
            "在过程里写 `open let` 公开所需的量，或把各项写成单独的输入",
            "open the quantity that is needed by an `open let` in the process, or make its parts inputs of their own"
        ));
        self.push(d);
        false
    }

    /// Checks what an include says of the variables of its process.
    pub(super) fn fixes(&mut self, i: &Include, process: &Item, bindings: &[TBinding]) {
        let (db, item) = (self.db, self.item);
        self.diags.extend(fixed_by(db, item.file, item.key.clone()).diags.iter().cloned());
        let variables = process_variables(db, process.file, process.key.clone());
        if variables.is_empty() || !i.args.is_empty() {
            return;
        }
        let (p, list) = (process.name(), listed(variables));
        let span = i.process.0.iter().map(|n| n.span).reduce(Span::to).unwrap_or(i.name.span);
        let mut d = Diag::new(
            Code::T030,
            text!("没有说明过程 `{p}` 的 `{list}` 是什么", "what `{list}` of the process `{p}` stands for is not said"),
        )
        .at(self.at(span), text!("须写明", "must be said"))
        .also(process.name_place(db), text!("过程在此", "the process"));
        // Bound values say what is most likely meant; the author still says it.
        let mut likely: Vec<String> = Vec::new();
        for v in variables {
            let mut said: Vec<String> = Vec::new();
            for b in bindings {
                let Some(n) = self.said_of(v, b) else { continue };
                let input = b.input.name();
                d = d.also(self.at(b.value.span), text!("`{input}` 按 `{n}` 给出", "`{input}` is given for `{n}`"));
                if !said.contains(&n) {
                    said.push(n);
                }
            }
            likely.extend(said.pop().filter(|_| said.is_empty()));
        }
        let form = if likely.len() == variables.len() { likely.join(", ") } else { "…".to_string() };
        d = d.help(text!("写作 `{p}<{form}>`", "write `{p}<{form}>`"));
        self.push(if form == "…" { d } else { d.fix(self.at(span), format!("{p}<{form}>")) });
    }

    /// What the value of a bound input says of a variable that stands alone in it.
    fn said_of(&self, v: &Item, b: &TBinding) -> Option<String> {
        let declared = value_type(self.db, b.input.file, b.input.key.clone());
        let wanted = alone(declared, v)?;
        let mut ty = &b.value.ty;
        while let Ty::List(t) | Ty::Optional(t) = ty {
            ty = t;
        }
        let (Ty::Number(u) | Ty::Split(u) | Ty::Activity(u)) = ty else { return None };
        match kind(v)? {
            Kind::Unit => Some(crate::units::show_unit(self.db, u)).filter(|_| !u.is_one()),
            _ => match self.only_tag(wanted, u)? {
                Tag::Flow(e) => Some(crate::units::flow_name(self.db, &e)),
                _ => None,
            },
        }
    }
}
