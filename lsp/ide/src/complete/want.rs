//! What type is wanted at a place inside an expression: from what stands beside it.

use super::spot::{Finder, Slot, is_mark};
use footrule_compiler::db::Db;
use footrule_compiler::names::{Ns, Resolved, headers, lookup};
use footrule_compiler::sigs::{Sig, sig};
use footrule_compiler::types::{EnumRef, Ty};
use footrule_compiler::units::{Atom, Tag, UnitTy};
use footrule_syntax::ast::{Arg, BinOp, Binder, Expr, ExprKind, Header, WhenArm};

/// The type of a field.
pub(super) fn member_type(db: &dyn Db, of: &Ty, name: &str) -> Option<Ty> {
    match of {
        Ty::Optional(t) | Ty::List(t) => member_type(db, t, name),
        Ty::Record(record) => match &sig(db, record).sig {
            Sig::Record(fields) => fields.iter().find(|f| f.name == name).map(|f| f.ty.clone()),
            _ => None,
        },
        Ty::Activity(u) if name == "amount" => Some(Ty::quantity(u.clone())),
        _ => None,
    }
}

/// What one of an optional or a list is.
fn one(ty: Ty) -> Ty {
    match ty {
        Ty::Optional(t) => one(*t),
        other => other,
    }
}

/// The same with every gas as its CO2e.
pub(super) fn as_co2e(unit: &UnitTy) -> UnitTy {
    unit.map_tags(|t| match t {
        Tag::Flow(e) if e.item.key.keyword == "gas" => Some(Tag::Co2e),
        other => Some(other.clone()),
    })
}

impl Finder<'_> {
    /// What a line is in: CO2e of the whole period; `None` where lines are per unit of the product.
    pub(super) fn line(&self) -> Option<Ty> {
        let db = self.db;
        let whole = headers(db, self.item.file).any(|(_, h)| matches!(h, Header::Unit(u) if u.of.is_some()));
        let Resolved::One(kg) = lookup(db, self.item, Ns::Unit, "kg".to_owned()) else { return None };
        let atom = Atom { unit: kg.item, tag: Some(Tag::Co2e) };
        whole.then(|| Ty::quantity(UnitTy { atoms: vec![(atom, 1)] }))
    }

    /// The type of an expression without the word that is being written.
    fn type_of(&mut self, e: &Expr) -> Option<Ty> {
        Some(one(self.aside.expr(e, None).ty)).filter(|t| *t != Ty::Error)
    }

    /// The first of several expressions that the word is in.
    fn any<'e>(&mut self, all: impl IntoIterator<Item = &'e Expr>, want: Option<&Ty>) -> Option<Slot> {
        all.into_iter().find_map(|e| self.expr(e, want.cloned()))
    }

    /// The word in an expression of which this type is wanted.
    pub(super) fn expr(&mut self, e: &Expr, want: Option<Ty>) -> Option<Slot> {
        use ExprKind as K;
        match &e.kind {
            K::Number { unit, .. } => {
                let unit = unit.as_ref()?;
                let want = want.as_ref().map(|w| match w {
                    Ty::Activity(u) => Ty::quantity(u.clone()),
                    other => one(other.clone()),
                });
                self.unit(unit, want.as_ref().and_then(Ty::unit))
            }
            K::Text(_) | K::Bool(_) | K::Date(_) | K::Error => None,
            K::Name(n) => is_mark(n).then_some(Slot::Value(want)),
            K::Field(base, name) if is_mark(name) => {
                let base = self.aside.expr(base, None).ty;
                (base != Ty::Error).then_some(Slot::Field(base))
            }
            K::Field(base, _) => self.expr(base, None),
            K::Call { callee, args } => self.call(callee, args, want),
            K::Comprehension { function, body, binders } => {
                let depth = self.aside.depth();
                self.aside.bind(binders);
                let want = match function.text.as_str() {
                    "any" | "all" | "任一" | "全部" => Some(Ty::Bool),
                    "count" | "计数" => None,
                    _ => want,
                };
                let found = body.as_ref().and_then(|b| self.expr(b, want)).or_else(|| self.binders(binders));
                if found.is_none() {
                    self.aside.leave(depth);
                }
                found
            }
            K::List(xs) => {
                let item = match want {
                    Some(Ty::List(t)) => Some(*t),
                    _ => None,
                };
                self.any(xs, item.as_ref())
            }
            K::Neg(x) => self.expr(x, want),
            K::Not(x) => self.expr(x, Some(Ty::Bool)),
            K::Given(x) => self.expr(x, None),
            K::And(a, b) | K::Or(a, b) => self.any([&**a, b], Some(&Ty::Bool)),
            K::Binary(op, a, b) => self.binary(*op, a, b, want),
            K::Power(a, b) => self.expr(a, None).or_else(|| self.expr(b, Some(Ty::number()))),
            K::Compare(_, a, b) => self.beside(a, b, None),
            K::Within(x, a, b) => {
                let found = self.beside(x, a, None);
                let want = self.type_of(x);
                found.or_else(|| self.expr(b, want))
            }
            K::InSet(x, set) => {
                let found = self.expr(x, None);
                let want = self.type_of(x);
                found.or_else(|| self.any(set, want.as_ref()))
            }
            K::Range(a, b) => self.any([&**a, b], Some(&Ty::number())),
            K::If(c, a, b) => self.expr(c, Some(Ty::Bool)).or_else(|| self.beside(a, b, want)),
            K::OrElse(a, b) => self.beside(a, b, want),
            K::At(p, y) => self.expr(p, want).or_else(|| self.expr(y, None)),
            K::As(x, u) | K::Bare(x, u) => {
                let of = self.type_of(x);
                self.expr(x, None).or_else(|| self.unit(u, of.as_ref().and_then(Ty::unit)))
            }
            K::Match(of, arms) => {
                if let Some(found) = self.expr(of, None) {
                    return Some(found);
                }
                let ty = self.type_of(of);
                let want = want.or_else(|| arms.iter().find_map(|a| self.type_of(&a.body)));
                let used = || arms.iter().flat_map(|a| &a.values).map(|n| n.text.clone()).collect();
                arms.iter().find_map(|a| match &ty {
                    Some(ty) if a.values.iter().any(is_mark) => Some(Slot::Member(ty.clone(), used())),
                    _ => self.expr(&a.body, want.clone()),
                })
            }
            K::FirstOf(arms) | K::OneOf(arms) => {
                let want = want.or_else(|| arms.iter().find_map(|a| self.type_of(&a.body)));
                arms.iter().find_map(|WhenArm { when, body, .. }| {
                    let condition = when.as_ref().and_then(|w| self.expr(w, Some(Ty::Bool)));
                    condition.or_else(|| self.expr(body, want.clone()))
                })
            }
        }
    }

    /// Two that are of one type: what the whole is to be, else what the other one is.
    fn beside(&mut self, a: &Expr, b: &Expr, want: Option<Ty>) -> Option<Slot> {
        let of_b = want.clone().or_else(|| self.type_of(b));
        if let Some(found) = self.expr(a, of_b) {
            return Some(found);
        }
        let of_a = want.or_else(|| self.type_of(a));
        self.expr(b, of_a)
    }

    fn binary(&mut self, op: BinOp, a: &Expr, b: &Expr, want: Option<Ty>) -> Option<Slot> {
        if let BinOp::Add | BinOp::Sub = op {
            return self.beside(a, b, want);
        }
        // Of a product of which the whole and one part are known the other part is known.
        let whole = want.as_ref().and_then(Ty::unit).cloned();
        let part = |w: &mut Self, of: &Expr, swap: bool| {
            let (whole, of) = (whole.as_ref()?, w.type_of(of)?);
            // A mass of a gas is as good as CO2e where CO2e is wanted.
            let of = of.unit().map(|of| if whole.is_co2e() { as_co2e(of) } else { of.clone() })?;
            let of = &of;
            Some(Ty::quantity(match (op, swap) {
                (BinOp::Mul, _) => whole.times(of, -1),
                (_, false) => whole.times(of, 1),
                (_, true) => of.times(whole, -1),
            }))
        };
        let left = part(self, b, false);
        if let Some(found) = self.expr(a, left) {
            return Some(found);
        }
        let right = part(self, a, true);
        self.expr(b, right)
    }

    /// The word in the lists and conditions of binders, whose variables are in scope.
    pub(super) fn binders(&mut self, binders: &[Binder]) -> Option<Slot> {
        binders.iter().find_map(|b| {
            if is_mark(&b.name) {
                return Some(Slot::New);
            }
            let series = b.series.iter().find_map(|(_, e)| self.expr(e, None));
            let filter = b.filter.as_ref().and_then(|f| self.expr(f, Some(Ty::Bool)));
            self.expr(&b.list, Some(Ty::List(Box::new(Ty::Error)))).or(series).or(filter)
        })
    }

    fn call(&mut self, callee: &Expr, args: &[Arg], want: Option<Ty>) -> Option<Slot> {
        if let Some(found) = self.expr(callee, want.clone()) {
            return Some(found);
        }
        let ExprKind::Name(name) = &callee.kind else { return self.any(args.iter().map(|a| &a.value), None) };
        let value = match lookup(self.db, self.item, Ns::Value, name.text.clone()) {
            Resolved::One(e) => Some(e.item),
            _ => None,
        };
        if let Some(item) = value {
            let types: Vec<Ty> = match &sig(self.db, &item).sig {
                Sig::Fn { params, .. } => params.iter().map(|(_, t)| t.clone()).collect(),
                Sig::Table { keys, .. } => keys.iter().map(|(_, t)| t.clone()).collect(),
                _ => Vec::new(),
            };
            return args.iter().enumerate().find_map(|(i, a)| self.expr(&a.value, types.get(i).cloned()));
        }
        if let Some(record) = self.named(Ns::Type, name).filter(|i| i.key.keyword == "record") {
            return args.iter().find_map(|a| match &a.name {
                Some(n) if is_mark(n) => Some(Slot::Argument(record.clone())),
                Some(n) => {
                    let want = member_type(self.db, &Ty::Record(record.clone()), &n.text);
                    self.expr(&a.value, want)
                }
                None => self.expr(&a.value, None).map(|_| Slot::Argument(record.clone())),
            });
        }
        let word = footrule_grammar::keywords::english(&name.text, footrule_grammar::keywords::Place::NAME);
        let first = match word {
            "stage_total" => Some(Ty::Enum(EnumRef::Stages)),
            "gas_total" => Some(Ty::Enum(EnumRef::Gases)),
            "min" | "max" | "abs" | "round" | "sum" => {
                want.or_else(|| args.iter().find_map(|a| self.type_of(&a.value)))
            }
            "total_of" => {
                return args
                    .iter()
                    .any(|a| matches!(&a.value.kind, ExprKind::Name(n) if is_mark(n)))
                    .then_some(Slot::Of(&["emission", "removal", "credit", "apart"]));
            }
            _ => None,
        };
        self.any(args.iter().map(|a| &a.value), first.as_ref())
    }
}
