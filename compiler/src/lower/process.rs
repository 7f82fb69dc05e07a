//! Lowering of included processes: one checked body, once for each include.
//!
//! Guarantees: what an include leaves in the program are ordinary inputs, definitions, lines and checks with dotted
//! names; values are kept by instance, so two includes of one process share nothing but its text.

use super::Lower;
use crate::check::{At, BodyKind, TBinding, TInclude, body_of};
use crate::db::{Diag, Item};
use crate::products::rule_units;
use crate::types::{TConstraint, TExpr, Through, Ty};
use crate::units::UnitTy;
use footrule_diag::{Code, Span, Text, text};
use footrule_mir::{self as mir, Const, Fold, Level, Loop, NodeId, Op, Piece};
use footrule_number::{Number, Ratio};

impl<'db> Lower<'db> {
    /// A statement in the instance that is being lowered.
    pub fn at(&self, item: &Item) -> At {
        (if item.key.process.is_some() { self.instance } else { 0 }, item.clone())
    }

    /// Where a value that is read here belongs.
    pub fn find(&self, t: &Through) -> Option<At> {
        self.all.find(self.instance, t)
    }

    /// Runs `f` in an instance.
    pub fn inside<T>(&mut self, instance: usize, f: impl FnOnce(&mut Self) -> T) -> T {
        let outer = std::mem::replace(&mut self.instance, instance);
        let out = f(self);
        self.instance = outer;
        out
    }

    /// A value of an included process.
    pub fn through(&mut self, t: &Through, span: Span) -> NodeId {
        match self.find(t) {
            Some((at, item)) => self.inside(at, |lo| lo.value(&item, span)),
            None => self.node(Op::Const(Const::Bool(false), None), mir::Ty::Bool, span),
        }
    }

    /// All statements of the rule in order of text, those of a process behind each include.
    pub fn expanded(&self) -> Vec<At> {
        self.all.expanded(self.db, self.file)
    }

    /// The include that the current instance comes from.
    pub fn include(&self) -> Option<(Item, &'db TInclude)> {
        let item = self.all.list.get(self.instance)?.path.last()?.clone();
        match &body_of(self.db, &item).kind {
            BodyKind::Include(t) => Some((item, t)),
            _ => None,
        }
    }

    /// The binding of an input in the current instance.
    pub fn binding(&self, item: &Item) -> Option<(Item, &'db TBinding)> {
        if item.key.process.is_none() || item.key.keyword != "input" {
            return None;
        }
        let (include, t) = self.include()?;
        t.bindings.iter().find(|b| b.input == *item).map(|b| (include, b))
    }

    /// Runs `f` where the current instance's include stands.
    pub(super) fn outside<T>(&mut self, include: &Item, f: impl FnOnce(&mut Self) -> T) -> T {
        let (parent, region) = (self.all.list[self.instance].parent, self.region);
        let env = self.loop_envs.get(&self.instance).cloned().unwrap_or_default();
        self.inside(parent, |lo| {
            lo.within(region, include, |lo| {
                lo.env = env;
                f(lo)
            })
        })
    }

    /// What an input of a process is: the bound value, or its default in an include over a list.
    pub fn bound_value(&mut self, item: &Item) -> Option<NodeId> {
        if let Some((include, b)) = self.binding(item) {
            return Some(self.outside(&include, |lo| lo.expr(&b.value)));
        }
        if let Some(n) = self.listed_value(item) {
            return Some(n);
        }
        match &body_of(self.db, item).kind {
            BodyKind::Input(t) if item.key.process.is_some() => t.default.as_ref().map(|e| self.expr(e)),
            _ => None,
        }
    }

    /// The stage that a stage or a stage parameter is here.
    pub fn actual_stage(&self, item: &Item) -> Item {
        self.all.actual_stage(self.db, self.instance, item)
    }

    /// Name, label and clause of a statement: in a process, those of the includes stand in front.
    pub fn full_name(&self, item: &Item) -> mir::Named {
        let mut name = self.named(item);
        let (at, _) = self.at(item);
        let path = &self.all.list[at].path;
        if path.is_empty() {
            return name;
        }
        if !name.id.is_empty() {
            let before: Vec<&str> = path.iter().map(Item::name).collect();
            name.id = format!("{}.{}", before.join("."), name.id);
        }
        if !name.labels.is_empty() {
            let parts: Vec<Text> = path
                .iter()
                .map(|i| {
                    let own = i.ast(self.db).map(|a| super::labels(&a.stmt)).unwrap_or_default();
                    if own.is_empty() { Text::same(i.name()) } else { own }
                })
                .collect();
            let join = |f: &dyn Fn(&Text) -> String| parts.iter().map(f).collect::<Vec<_>>().join(" · ");
            let word = |t: &Text, zh: bool| match (zh, t.zh.is_empty(), t.en.is_empty()) {
                (true, false, _) | (false, false, true) => t.zh.clone(),
                _ => t.en.clone(),
            };
            let (zh, en) = (join(&|t| word(t, true)), join(&|t| word(t, false)));
            let behind = |before: &str, own: &str| {
                if own.is_empty() { String::new() } else { format!("{before} · {own}") }
            };
            name.labels = Text::new(behind(&zh, &name.labels.zh), behind(&en, &name.labels.en));
        }
        name
    }

    /// A bound input as a definition: what it is, and where that is written.
    pub fn bound_definition(&mut self, item: &Item) {
        let Some((include, b)) = self.binding(item) else { return };
        let name = self.full_name(item);
        let node = self.value(item, Span::default());
        let parent = self.all.list[self.instance].parent;
        let reads = self.inside(parent, |lo| lo.reads_of(&b.value));
        let formula = include.slice(self.db, b.value.span).to_string();
        let place = self.place_of(include.at(b.value.span));
        self.program.defs.push(mir::Def { name, node, formula, reads, place });
    }

    // ------------------------------------------------------------------------------------------ bound inputs

    /// What the process asks of an input holds for the value that the rule binds it to, or the evaluation is refused.
    pub fn bound_checks(&mut self, item: &Item) {
        let BodyKind::Input(t) = &body_of(self.db, item).kind else { return };
        let Some((include, b)) = self.binding(item) else { return };
        let name = self.full_name(item);
        for c in &t.constraints {
            let at = match c {
                TConstraint::Compare(_, _, p)
                | TConstraint::Range(_, _, p)
                | TConstraint::Count(_, _, p)
                | TConstraint::Unique(_, p)
                | TConstraint::Sum(_, _, p)
                | TConstraint::SumWithin(_, _, _, _, p)
                | TConstraint::Integer(p) => p.clone(),
            };
            if matches!(c, TConstraint::Unique(..) | TConstraint::Sum(..) | TConstraint::SumWithin(..)) {
                let n = &name.id;
                self.diags.push(
                    Diag::new(
                        Code::T013,
                        text!(
                            "`{n}` 绑定为计算值，无法按过程对此列表的要求检查",
                            "`{n}` is bound to a value, which cannot be checked against what the process asks of the list"
                        ),
                    )
                    .at(include.at(b.value.span), text!("绑定在此", "bound here"))
                    .also(at, text!("要求在此", "asked for here"))
                    .help(text!(
                        "不绑定它，让它成为规则的输入；或在过程里改写成 `require`",
                        "leave it unbound, so that it is an input of the rule, or write a `require` in the process"
                    )),
                );
                continue;
            }
            let shown = shown(c);
            let results = self.results;
            let info = self.within(results, item, |lo| {
                let roots: Vec<&TExpr> = t.when.iter().chain([&b.value]).collect();
                let condition = lo.for_all(&roots, |lo| lo.bound_condition(item, t.when.as_ref(), c));
                let (mut zh, mut en) = (
                    vec![Piece::Text(format!("`{}` 须满足 {shown}", name.id))],
                    vec![Piece::Text(format!("`{}` must be {shown}", name.id))],
                );
                let ty = lo.sig_value(item).cloned().unwrap_or(Ty::Error);
                if !lo.is_looped() && t.when.is_none() && matches!(ty, Ty::Number(_)) {
                    let value = lo.region(|lo| lo.value(item, Span::default()));
                    zh.extend([Piece::Text("，得到 ".into()), Piece::Value(value)]);
                    en.extend([Piece::Text("; found ".into()), Piece::Value(value)]);
                }
                let place = lo.place_of(include.at(b.value.span));
                let named = mir::Named { id: String::new(), labels: Text::default(), clause: name.clause.clone() };
                mir::CheckInfo { name: named, warn: false, condition, zh, en, formula: shown.clone(), place }
            });
            self.program.checks.push(info);
        }
    }

    fn bound_condition(&mut self, item: &Item, when: Option<&TExpr>, c: &TConstraint) -> NodeId {
        if let Some(when) = when {
            let applies = self.expr(when);
            let not = self.node(Op::Not(applies), mir::Ty::Bool, when.span);
            let holds = self.region(|lo| lo.bound_condition(item, None, c));
            return self.node(Op::Or(not, holds), mir::Ty::Bool, when.span);
        }
        let ty = self.sig_value(item).cloned().unwrap_or(Ty::Error);
        let value = self.value(item, Span::default());
        if let Ty::Optional(inner) = &ty {
            let given = self.node(Op::Given(value), mir::Ty::Bool, Span::default());
            let not = self.node(Op::Not(given), mir::Ty::Bool, Span::default());
            let holds = self.region(|lo| {
                let t = lo.ty(inner);
                let value = lo.node(Op::Unwrap(value), t, Span::default());
                lo.holds(value, inner, c)
            });
            return self.node(Op::Or(not, holds), mir::Ty::Bool, Span::default());
        }
        self.holds(value, &ty, c)
    }

    /// A constraint of a value of this type.
    fn holds(&mut self, value: NodeId, ty: &Ty, c: &TConstraint) -> NodeId {
        let span = Span::default();
        let (value, unit) = match ty {
            Ty::Activity(u) => {
                let t = self.ty(&Ty::Number(u.clone()));
                (self.node(Op::Amount(value), t, span), u.clone())
            }
            Ty::Split(u) => {
                let t = self.ty(&Ty::Number(u.clone()));
                (self.node(Op::Whole(value), t, span), u.clone())
            }
            Ty::List(_) => {
                let one = self.ty(&Ty::number());
                let list = self.region(|_| value);
                let item = match &self.program.nodes[value.ix()].ty {
                    mir::Ty::List(t) => (**t).clone(),
                    other => other.clone(),
                };
                let head = self.region(|lo| lo.node(Op::Bound, item, span));
                let bound = self.program.regions[head.ix()].nodes[0];
                let body = self.region(|lo| lo.node(Op::Const(Const::Number(Number::ONE), None), one.clone(), span));
                let levels = vec![Level { list, bound, head, series: None, filter: None }];
                (self.node(Op::Fold(Fold::Count, Loop { levels, body }), one, span), UnitTy::one())
            }
            t => (value, t.unit().cloned().unwrap_or_else(UnitTy::one)),
        };
        let number = self.ty(&Ty::Number(unit));
        let compare = |lo: &mut Self, cmp, n: Number| {
            let b = lo.node(Op::Const(Const::Number(n), None), number.clone(), span);
            lo.node(Op::Compare { cmp, a: value, ra: Ratio::ONE, b, rb: Ratio::ONE }, mir::Ty::Bool, span)
        };
        match c {
            TConstraint::Compare(op, n, _) => compare(self, crate::check::mir_cmp(*op), *n),
            TConstraint::Count(op, n, _) => compare(self, crate::check::mir_cmp(*op), Number::from(u64::from(*n))),
            TConstraint::Range(a, b, _) => {
                let low = compare(self, mir::Cmp::Ge, *a);
                let high = self.region(|lo| compare(lo, mir::Cmp::Le, *b));
                self.node(Op::And(low, high), mir::Ty::Bool, span)
            }
            TConstraint::Integer(_) => {
                let floor = self.node(Op::Floor(value), number, span);
                let same = Op::Compare { cmp: mir::Cmp::Eq, a: value, ra: Ratio::ONE, b: floor, rb: Ratio::ONE };
                self.node(same, mir::Ty::Bool, span)
            }
            TConstraint::Unique(..) | TConstraint::Sum(..) | TConstraint::SumWithin(..) => {
                self.node(Op::Const(Const::Bool(true), None), mir::Ty::Bool, span)
            }
        }
    }

    // ------------------------------------------------------------------------------------------ the rule's basis

    /// The lines of a process are masses; the rule that includes it must count in masses too.
    pub fn fits_basis(&mut self, item: &Item, co2e: &UnitTy) -> bool {
        let units = rule_units(self.db, self.file).clone();
        let per = units.reference.clone().unwrap_or_else(UnitTy::one);
        let fits = co2e.times(&per, -1).dimension(self.db) == units.result.dimension(self.db);
        if !fits && !units.broken && item.key.process.is_some() {
            let Some(include) = self.all.list[self.instance].path.first().cloned() else { return fits };
            let n = self.full_name(item).id;
            let mass = crate::sigs::factor_unit(self.db, &self.here, &UnitTy::one());
            let want = crate::units::show_unit(self.db, &mass.times(&per, 1).times(&units.declared, -1));
            let found = crate::units::show_unit(self.db, co2e);
            let d = Diag::new(
                Code::T012,
                text!(
                    "排放行 `{n}` 的单位是 `{found}`，此规则的排放行须为 `{want}`",
                    "the line `{n}` is in `{found}`; lines of this rule are in `{want}`"
                ),
            )
            .at(include.name_place(self.db), text!("包含在此", "included here"))
            .also(item.name_place(self.db), text!("过程的排放行", "the line of the process"))
            .help(text!(
                "过程按整个核算期计；声明单位写 `of 产量`，规则才按整个核算期计",
                "a process counts the whole period; so does a rule whose declared unit has `of OUTPUT`"
            ));
            self.diags.push(d);
        }
        fits
    }
}

/// A constraint as authors write it.
fn shown(c: &TConstraint) -> String {
    use footrule_syntax::ast::CmpOp;
    let sign = |op: &CmpOp| match op {
        CmpOp::Eq => "=",
        CmpOp::Ne => "!=",
        CmpOp::Lt => "<",
        CmpOp::Le => "<=",
        CmpOp::Gt => ">",
        CmpOp::Ge => ">=",
    };
    match c {
        TConstraint::Compare(op, n, _) => format!("{} {n}", sign(op)),
        TConstraint::Range(a, b, _) => format!("{a} .. {b}"),
        TConstraint::Count(op, n, _) => format!("count {} {n}", sign(op)),
        TConstraint::Integer(_) => "integer".into(),
        TConstraint::Unique(..) => "unique".into(),
        TConstraint::Sum(..) | TConstraint::SumWithin(..) => "sum".into(),
    }
}
