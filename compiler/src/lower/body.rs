//! Lowering of expressions.

use super::Lower;
use crate::check::{BodyKind, body_of};
use crate::db::Item;
use crate::generics::Bound;
use crate::types::{Binary, EnumRef, TBinder, TExpr, TKind, TResult, Ty, Unary};
use crate::units::UnitTy;
use footrule_diag::Span;
use footrule_mir::{self as mir, Const, Evidence, Level, Loop, NodeId, Op, Origin, ProductId, RegionId, ResultRef};
use footrule_number::Ratio;
use footrule_syntax::ast::SeriesBound;

impl Lower<'_> {
    /// Lowers an expression into the current region.
    pub fn expr(&mut self, e: &TExpr) -> NodeId {
        let span = e.span;
        match &e.kind {
            TKind::Local(id) if self.env.contains_key(id) => return self.env[id],
            TKind::Field(x, i, _) => {
                let x = self.expr(x);
                let of = self.program.nodes[x.ix()].ty.clone();
                let ty = self.of_item(&of, |lo| lo.ty(&e.ty));
                return self.node(Op::Field(x, *i), ty, span);
            }
            _ => {}
        }
        let ty = self.ty(&e.ty);
        let op = match &e.kind {
            // A program with errors is never evaluated; any node will do.
            TKind::Error => Op::Const(Const::Bool(false), None),
            TKind::Number(n, _) => Op::Const(Const::Number(*n), None),
            TKind::Text(t) => Op::Const(Const::Text(t.clone()), None),
            TKind::Bool(b) => Op::Const(Const::Bool(*b), None),
            TKind::Date(d) => Op::Const(Const::Date { year: d.year, month: d.month, day: d.day }, None),
            TKind::Member(r, i) => Op::Const(Const::Enum(self.enumeration(r), *i), None),
            TKind::Gas(g) => Op::Const(Const::Enum(self.enumeration(&EnumRef::Gases), self.gas(g).0), None),
            TKind::Stage(s) => Op::Const(Const::Enum(self.enumeration(&EnumRef::Stages), self.stage(s).0), None),
            TKind::Absent => Op::Const(Const::Absent, None),
            // Known ones and fields have been done.
            TKind::Local(_) | TKind::Field(..) => Op::Const(Const::Bool(false), None),
            TKind::Item(i) => return self.value(i, span),
            TKind::Through(t) => return self.through(t, span),
            TKind::Balance(i, side) => return self.balance_figure(i, *side),
            TKind::Period => Op::Period,
            TKind::Amount(x) => Op::Amount(self.expr(x)),
            TKind::Factor(x) => Op::Factor(self.expr(x)),
            TKind::Column(x, i) => match &x.kind {
                // A column of a row that is looked up on the spot.
                TKind::Lookup(t, keys) if *i as usize >= keys.len() => {
                    self.look_up(t, keys, Some(i - keys.len() as u32), span)
                }
                _ => Op::Column(self.expr(x), *i),
            },
            TKind::Unary(op, x) => {
                let x = self.expr(x);
                match op {
                    Unary::Neg => Op::Neg(x),
                    Unary::Abs => Op::Abs(x),
                    Unary::Floor => Op::Floor(x),
                    Unary::Ceil => Op::Ceil(x),
                    Unary::Sqrt => Op::Sqrt(x),
                    Unary::Exp => Op::Exp(x),
                    Unary::Ln => Op::Ln(x),
                }
            }
            TKind::Binary(op, a, b) => {
                let (a, b) = (self.expr(a), self.expr(b));
                match op {
                    Binary::Add => Op::Add(a, b),
                    Binary::Sub => Op::Sub(a, b),
                    Binary::Mul => Op::Mul(a, b),
                    Binary::Div => Op::Div(a, b),
                    Binary::Min => Op::Min(a, b),
                    Binary::Max => Op::Max(a, b),
                    Binary::Power => Op::Power(a, b),
                    Binary::Pow => Op::Pow(a, b),
                }
            }
            TKind::Convert(x, r) => Op::Convert(self.expr(x), *r),
            TKind::Affine(x, r, o) => Op::Affine(self.expr(x), *r, *o),
            TKind::Retag(x) => Op::Convert(self.expr(x), Ratio::ONE),
            TKind::Round(x, n) => Op::Round(self.expr(x), *n),
            TKind::Compare(op, a, b, rb) => {
                let (a, b) = (self.expr(a), self.expr(b));
                Op::Compare { cmp: crate::check::mir_cmp(*op), a, ra: Ratio::ONE, b, rb: *rb }
            }
            TKind::Same(a, b) => Op::Same(self.expr(a), self.expr(b)),
            TKind::Before(a, b) => Op::Before(self.expr(a), self.expr(b)),
            TKind::Not(x) => Op::Not(self.expr(x)),
            TKind::And(a, b) => Op::And(self.expr(a), self.region(|lo| lo.expr(b))),
            TKind::Or(a, b) => Op::Or(self.expr(a), self.region(|lo| lo.expr(b))),
            TKind::Given(x) => Op::Given(self.expr(x)),
            TKind::HasRow(t, keys) => {
                let keys = self.look_up_keys(t, keys);
                Op::HasRow { table: self.read_table(t, span), keys }
            }
            TKind::Unwrap(x) => Op::Unwrap(self.expr(x)),
            TKind::OrElse(a, b) => Op::OrElse(self.expr(a), self.region(|lo| lo.expr(b))),
            TKind::Present(x) => Op::Present(self.expr(x)),
            TKind::If(c, a, b) => Op::If(self.expr(c), self.region(|lo| lo.expr(a)), self.region(|lo| lo.expr(b))),
            TKind::Match(x, which, bodies) => {
                let x = self.expr(x);
                let arms: Vec<RegionId> = bodies.iter().map(|b| self.region(|lo| lo.expr(b))).collect();
                Op::Match(x, which.iter().map(|i| arms[*i]).collect())
            }
            TKind::FirstOf(arms, last) => {
                let arms =
                    arms.iter().map(|(c, b)| (self.region(|lo| lo.expr(c)), self.region(|lo| lo.expr(b)))).collect();
                Op::FirstOf(arms, last.as_ref().map(|l| self.region(|lo| lo.expr(l))))
            }
            TKind::OneOf(arms) => {
                let arms = arms.iter().map(|(c, b)| {
                    let place = self.place(c.span);
                    (self.region(|lo| lo.expr(c)), self.region(|lo| lo.expr(b)), place)
                });
                Op::OneOf(arms.collect())
            }
            TKind::Fold(fold, binders, body) => Op::Fold(*fold, self.loop_(binders, |lo| lo.expr(body))),
            TKind::List(xs) => Op::List(xs.iter().map(|x| self.expr(x)).collect()),
            TKind::Members(r) => Op::Members(self.enumeration(r)),
            TKind::Range(a, b) => Op::Range(self.expr(a), self.expr(b)),
            TKind::Rows(t) => Op::Rows(self.read_table(t, span)),
            TKind::Position(id) => match self.env.get(id) {
                Some(n) => Op::Position(*n),
                None => Op::Const(Const::Bool(false), None),
            },
            TKind::Ordinal(x) => Op::Ordinal(self.expr(x)),
            TKind::Record(r, fields) => {
                let fields = fields.iter().map(|f| f.as_ref());
                let fields = self.of_item(&ty, |lo| fields.map(|f| f.map(|f| lo.expr(f))).collect());
                Op::Record(self.record(r), fields)
            }
            TKind::Activity(a, f, source, year, region, primary) => Op::Activity {
                amount: self.expr(a),
                factor: f.as_ref().map(|f| self.expr(f)),
                source: source.clone(),
                year: *year,
                region: region.clone(),
                primary: *primary,
            },
            TKind::MemberValue(all, member) => return self.member_value(all, member, &e.ty, span),
            TKind::Each(i, values) => {
                let values = values.iter().map(|v| v.as_ref().map(|v| self.expr(v))).collect();
                Op::Record(self.each(i), values)
            }
            TKind::Call(f, args, binding) => {
                let n = self.call(f, args, binding);
                let own = &self.program.nodes[n.ix()].ty;
                if *own == ty || !matches!(ty, mir::Ty::Number(_) | mir::Ty::Split(_)) {
                    return n;
                }
                // The tag that followed a parameter is the argument's here.
                Op::Convert(n, Ratio::ONE)
            }
            TKind::Lookup(t, keys) => {
                let column = (!matches!(e.ty, Ty::Row(_))).then_some(0);
                self.look_up(t, keys, column, span)
            }
            TKind::ParamAt(p, at) => {
                let at = self.expr(at);
                let id = self.param(p);
                if matches!(e.ty, Ty::Split(_)) {
                    self.read_co2e(p, span);
                }
                Op::ParamAt(id, at)
            }
            TKind::Lift(x) => {
                let origin = match &x.kind {
                    TKind::Item(i) if i.key.keyword == "const" => self.origin_of_const(i),
                    _ => Origin::Undivided,
                };
                Op::Split { value: self.expr(x), origin, evidence: Evidence::Secondary }
            }
            TKind::Whole(x) => Op::Whole(self.expr(x)),
            TKind::Characterise(x, g) => {
                let mass = self.expr(x);
                let gas = self.gas_ref(g, span);
                Op::Characterise { mass, gas, origin: Origin::Fossil }
            }
            TKind::Result(r, p) => {
                let per_one = self.per_one(*p).filter(|_| !r.is_quality());
                let (r, product) = (self.result(r, span), ProductId(*p as u32));
                match per_one {
                    None => Op::Result(product, r),
                    Some(one) => {
                        let published = mir::Ty::Number(self.program.products[*p].result_unit);
                        Op::Convert(self.node(Op::Result(product, r), published, span), one)
                    }
                }
            }
            TKind::Absolute(x) => {
                let p = if let TKind::Result(_, p) = &x.kind { *p } else { 0 };
                let x = self.expr(x);
                let reference = crate::products::products(self.db, self.file)[p].units.reference.clone();
                let rty = mir::Ty::Number(self.unit(&reference.unwrap_or_else(UnitTy::one)));
                let reference = self.node(Op::Reference(ProductId(p as u32)), rty, span);
                Op::Mul(x, reference)
            }
        };
        self.node(op, ty, span)
    }

    /// Figures are published per declared amount (1000 pieces); a formula reads them per one unit, as its type says.
    pub fn per_one(&self, product: usize) -> Option<Ratio> {
        let explicit = crate::products::products(self.db, self.file).get(product)?.units.explicit;
        let amount = Ratio::from_number(self.program.products.get(product)?.amount)?;
        if explicit || amount.is_one() { None } else { amount.recip() }
    }

    pub fn result(&mut self, r: &TResult, span: Span) -> ResultRef {
        match r {
            TResult::Total => ResultRef::Total,
            TResult::PrimaryShare => ResultRef::PrimaryShare,
            TResult::RatedShare => ResultRef::RatedShare,
            TResult::Dqr => ResultRef::Dqr,
            TResult::Stage(s) => ResultRef::Stage(self.stage(s)),
            TResult::Gas(g) => ResultRef::Gas(self.gas(g)),
            TResult::Origin(o) => ResultRef::Origin(*o),
            TResult::Also(i) => ResultRef::Also(*i as u32),
            TResult::Lines(ls) => {
                let known: Vec<_> = ls.iter().filter_map(|l| self.find(l)).collect();
                known.iter().for_each(|l| self.has_target(l, span));
                ResultRef::Lines(known.iter().filter_map(|l| self.lines.get(l).copied()).collect())
            }
        }
    }

    /// A loop; `body` adds the nodes of its body.
    pub fn loop_(&mut self, binders: &[TBinder], body: impl FnOnce(&mut Self) -> NodeId) -> Loop {
        let levels = self.levels(binders);
        Loop { levels, body: self.region(body) }
    }

    /// The levels of a loop; their variables are known from here on.
    pub fn levels(&mut self, binders: &[TBinder]) -> Vec<Level> {
        let mut levels = Vec::new();
        for b in binders {
            let list = self.region(|lo| lo.expr(&b.list));
            let series = b.series.as_ref().map(|s| mir::Series {
                part: match s.bound {
                    SeriesBound::From => mir::Part::From,
                    SeriesBound::After => mir::Part::After,
                    SeriesBound::Before => mir::Part::Before,
                    SeriesBound::To => mir::Part::To,
                },
                at: self.region(|lo| lo.expr(&s.at)),
            });
            let ty = match (&b.ty, self.program.regions[list.ix()].value.map(|n| &self.program.nodes[n.ix()].ty)) {
                // Items of a list inside an item are those of its instance.
                (Ty::Record(r), Some(mir::Ty::List(t))) if r.key.keyword == "include" => (**t).clone(),
                _ => self.ty(&b.ty),
            };
            let head = self.region(|lo| lo.node(Op::Bound, ty, b.list.span));
            let bound = self.program.regions[head.ix()].nodes[0];
            self.env.insert(b.local, bound);
            let filter = b.filter.as_ref().map(|c| self.region(|lo| lo.expr(c)));
            levels.push(Level { list, bound, head, series, filter });
        }
        levels
    }

    pub fn zero(&mut self, ty: &Ty, span: Span) -> NodeId {
        let unit = ty.unit().cloned().unwrap_or_else(UnitTy::one);
        let number = mir::Ty::Number(self.unit(&unit));
        let zero = self.node(Op::Const(Const::Number(footrule_number::Number::ZERO), None), number, span);
        if !matches!(ty, Ty::Split(_)) {
            return zero;
        }
        let ty = self.ty(ty);
        self.node(Op::Split { value: zero, origin: Origin::Undivided, evidence: Evidence::Secondary }, ty, span)
    }

    /// A call: the body of the function with its arguments in place.
    fn call(&mut self, f: &Item, args: &[TExpr], binding: &[(Item, Bound)]) -> NodeId {
        let args: Vec<NodeId> = args.iter().map(|a| self.expr(a)).collect();
        let cyclic = *crate::check::is_cyclic(self.db, f.file, f.key.clone());
        let (false, BodyKind::Fn(body)) = (cyclic, &body_of(self.db, f).kind) else {
            return self.node(Op::Const(Const::Bool(false), None), mir::Ty::Bool, Span::default());
        };
        let generics = self.bind(binding);
        self.within(self.region, f, |lo| {
            lo.generics = generics;
            lo.env = args.iter().enumerate().map(|(i, a)| (i as u32, *a)).collect();
            lo.expr(body)
        })
    }

    /// A named value: a node of the root region, made once.
    pub fn value(&mut self, item: &Item, span: Span) -> NodeId {
        let at = self.at(item);
        if !self.isolated
            && let Some(&n) = self.values.get(&at).or_else(|| self.loop_values.get(&at))
        {
            return n;
        }
        if item.key.keyword == "report" {
            return self.report_value(item);
        }
        if *crate::check::is_cyclic(self.db, item.file, item.key.clone()) || self.all.cyclic.contains(&at) {
            return self.node(Op::Const(Const::Bool(false), None), mir::Ty::Bool, span);
        }
        if let (true, BodyKind::Value(e)) = (item.key.keyword == "const", &body_of(self.db, item).kind)
            && e.ty.unit().is_some_and(UnitTy::is_co2e)
        {
            self.read_co2e(item, span);
        }
        // What differs from item to item of a list is made where it is read.
        let here = self.isolated || item.key.process.is_some() && self.is_looped();
        let region = if here { self.region } else { self.root };
        let n = self.within(region, item, |lo| lo.value_body(item, span));
        if !here {
            self.values.insert(at, n);
        }
        n
    }

    fn value_body(&mut self, item: &Item, span: Span) -> NodeId {
        if let Some(&input) = self.inputs.get(&self.at(item)) {
            let ty = crate::check::value_type(self.db, item.file, item.key.clone());
            let ty = self.ty(ty);
            let span = item.name_place(self.db).span;
            return self.node(Op::Input(input), ty, span);
        }
        if let Some(n) = self.bound_value(item) {
            return n;
        }
        match &body_of(self.db, item).kind {
            BodyKind::ProcessProduct(_) => self.product_value(item),
            BodyKind::Value(e) if item.key.keyword == "const" => match crate::check::literal(e) {
                Some(n) => {
                    let ty = self.ty(&e.ty);
                    let factor = self.constant_factor(item);
                    self.node(Op::Const(Const::Number(n), factor), ty, e.span)
                }
                None => self.expr(e),
            },
            BodyKind::Value(e) => self.excepted(item, e),
            BodyKind::Allocate(_) => self.allocation(item),
            BodyKind::Line(l) => match &l.when {
                None => self.excepted(item, &l.value),
                // A line that does not apply is zero to whoever reads it.
                Some(when) => {
                    let (ty, span) = (self.ty(&l.value.ty), l.value.span);
                    let c = self.expr(when);
                    let value = self.region(|lo| lo.excepted(item, &l.value));
                    let zero = self.region(|lo| lo.zero(&l.value.ty, span));
                    self.node(Op::If(c, value, zero), ty, span)
                }
            },
            _ => self.node(Op::Const(Const::Bool(false), None), mir::Ty::Bool, span),
        }
    }
}
