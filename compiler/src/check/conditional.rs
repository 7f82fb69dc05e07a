//! Conditional inputs: `input coal: t{coal} when route == gasification`, and the same on fields of records.
//!
//! Guarantees: such a value is read only where its condition is implied, so that a reader never meets an input that
//! is not there. Implication is syntactic: the same condition, a conjunct of it, a set of members inside another.
//! Must not: prove anything by arithmetic; an author who has to repeat the condition shows it to the reader too.
//!
//! Invariant: `conditions` types conditions by signatures alone (they read inputs and fields only), so that the body
//! of any other statement may ask for it.

use super::expr::Cx;
use crate::db::{Db, Diag, Item, SourceFile};
use crate::names::{Ns, Resolved, lookup};
use crate::sigs::{Sig, sig};
use crate::types::{TExpr, TKind, Ty};
use footrule_diag::{Code, Span, text};
use footrule_syntax::ChunkKey;
use footrule_syntax::ast::{Expr, Stmt};
use std::sync::Arc;

/// What is known to hold at some place of a body.
#[derive(Debug, Clone)]
pub(crate) enum Known {
    /// An optional value is there, by path.
    Given(String),
    /// A condition holds.
    Holds(TExpr),
    /// A value is one of these members of its enumeration.
    Among(TExpr, Vec<u32>),
}

/// The local variable of the record in the conditions of its fields.
const THIS: u32 = 0;

/// The conditions of a record's fields, or of an input (one entry). `None`: none, or one that is refused where it is
/// declared.
#[salsa::tracked(returns(ref))]
pub(crate) fn conditions(db: &dyn Db, file: SourceFile, key: Arc<ChunkKey>) -> Vec<Option<TExpr>> {
    let item = Item { file, key };
    let mut cx = Cx::new(db, &item);
    cx.trusting = true;
    let (whens, fields): (Vec<Option<&Expr>>, Vec<&str>) = match item.ast(db).map(|a| &a.stmt) {
        Some(Stmt::Input(i)) => (vec![i.when.as_ref()], Vec::new()),
        Some(Stmt::Record { fields, .. }) => {
            cx.this(Ty::Record(item.clone()));
            let names = fields.iter().map(|f| f.name.text.as_str()).collect();
            (fields.iter().map(|f| f.when.as_ref()).collect(), names)
        }
        _ => return Vec::new(),
    };
    whens
        .into_iter()
        .map(|w| {
            let e = w.filter(|w| foreign(db, &item, w, &fields).is_none())?;
            Some(cx.boolean(e))
        })
        .collect()
}

/// The first name in a condition that is a value other than an input.
fn foreign(db: &dyn Db, item: &Item, e: &Expr, fields: &[&str]) -> Option<(Item, String)> {
    let mut found = None;
    super::cycles::names(e, &mut |n| {
        if found.is_none()
            && !fields.contains(&n)
            && let Resolved::One(x) = lookup(db, item, Ns::Value, n.to_string())
            && x.item.key.keyword != "input"
        {
            found = Some((x.item, n.to_string()));
        }
    });
    found
}

/// True if two expressions say the same, wherever they stand. In `b`, the record of a condition stands for `this`.
fn same(a: &TExpr, b: &TExpr, this: Option<&TExpr>) -> bool {
    use TKind as K;
    let both = |x: &TExpr, y: &TExpr, v: &TExpr, w: &TExpr| same(x, v, this) && same(y, w, this);
    match (&a.kind, &b.kind) {
        (_, K::Local(THIS)) if this.is_some() => this.is_some_and(|t| same(a, t, None)),
        (K::Number(x, _), K::Number(y, _)) => x == y && a.ty == b.ty,
        (K::Text(x), K::Text(y)) => x == y,
        (K::Bool(x), K::Bool(y)) => x == y,
        (K::Date(x), K::Date(y)) => x == y,
        (K::Member(e, i), K::Member(f, j)) => e == f && i == j,
        (K::Gas(x), K::Gas(y)) | (K::Stage(x), K::Stage(y)) | (K::Item(x), K::Item(y)) => x == y,
        (K::Local(x), K::Local(y)) => x == y,
        (K::Period, K::Period) => true,
        (K::Field(x, i, _), K::Field(y, j, _)) | (K::Column(x, i), K::Column(y, j)) => i == j && same(x, y, this),
        (K::Unary(o, x), K::Unary(p, y)) => o == p && same(x, y, this),
        (K::MemberValue(x, y), K::MemberValue(v, w)) => both(x, y, v, w),
        (K::Binary(o, x, y), K::Binary(p, v, w)) => o == p && both(x, y, v, w),
        (K::Convert(x, r), K::Convert(y, s)) => r == s && same(x, y, this),
        (K::Compare(o, x, y, r), K::Compare(p, v, w, s)) => o == p && r == s && both(x, y, v, w),
        (K::Same(x, y), K::Same(v, w)) => both(x, y, v, w) || both(y, x, v, w),
        (K::And(x, y), K::And(v, w)) | (K::Or(x, y), K::Or(v, w)) | (K::Before(x, y), K::Before(v, w)) => {
            both(x, y, v, w)
        }
        (K::Not(x), K::Not(y))
        | (K::Given(x), K::Given(y))
        | (K::Unwrap(x), K::Unwrap(y))
        | (K::Present(x), K::Present(y))
        | (K::Amount(x), K::Amount(y))
        | (K::Factor(x), K::Factor(y))
        | (K::Whole(x), K::Whole(y))
        | (K::Retag(x), K::Retag(y)) => same(x, y, this),
        _ => false,
    }
}

/// `x == A`, `x in { A, B }` as x and its members.
fn among(c: &TExpr) -> Option<(&TExpr, Vec<u32>)> {
    match &c.kind {
        TKind::Same(x, y) => match (&x.kind, &y.kind) {
            (_, TKind::Member(_, i)) => Some((x, vec![*i])),
            (TKind::Member(_, i), _) => Some((y, vec![*i])),
            _ => None,
        },
        TKind::Or(a, b) => {
            let ((x, mut set), (y, more)) = (among(a)?, among(b)?);
            set.extend(more);
            same(x, y, None).then_some((x, set))
        }
        _ => None,
    }
}

impl Cx<'_> {
    /// True if what is known here implies a condition.
    fn implied(&self, c: &TExpr, this: Option<&TExpr>) -> bool {
        if let TKind::And(a, b) = &c.kind {
            return self.implied(a, this) && self.implied(b, this);
        }
        let wanted = among(c);
        self.given.iter().any(|k| match k {
            Known::Given(_) => false,
            Known::Holds(f) => {
                same(f, c, this)
                    || among(f)
                        .zip(wanted.as_ref())
                        .is_some_and(|((x, has), (y, wants))| same(x, y, this) && has.iter().all(|i| wants.contains(i)))
            }
            Known::Among(x, has) => {
                wanted.as_ref().is_some_and(|(y, wants)| same(x, y, this) && has.iter().all(|i| wants.contains(i)))
            }
        })
    }

    pub(super) fn outside(&mut self, name: &str, declared: &Item, when: Span, span: Span) {
        let formula = declared.slice(self.db, when).to_string();
        let d = Diag::new(
            Code::T008,
            text!(
                "`{name}` 只在 `{formula}` 时存在，此处未必如此",
                "`{name}` exists only when `{formula}`, which need not hold here"
            ),
        )
        .at(self.at(span), text!("可能不存在", "it may not be there"))
        .also(declared.at(when), text!("条件", "its condition"))
        .help(text!(
            "在写明该条件之处读取：`if {formula} then …`，或排放行加 `when {formula}`",
            "read it where the condition is written: `if {formula} then …`, or a line with `when {formula}`"
        ));
        self.push(d);
    }

    /// Refuses an input that may not be there.
    pub(super) fn input_applies(&mut self, item: &Item, span: Span) {
        if self.trusting || item.key.keyword != "input" {
            return;
        }
        if let Some(Some(c)) = conditions(self.db, item.file, item.key.clone()).first()
            && !self.implied(c, None)
        {
            self.outside(item.name(), item, c.span, span);
        }
    }

    /// Refuses a field that may not be there.
    pub(super) fn field_applies(&mut self, record: &Item, base: &TExpr, index: usize, name: &str, span: Span) {
        if self.trusting {
            return;
        }
        if record.key.keyword == "include" {
            // Only the process itself states where the conditions of its inputs hold.
            if let Some(input) = super::listed_inputs(self.db, record.file, record.key.clone()).get(index)
                && let Some(Some(c)) = conditions(self.db, input.file, input.key.clone()).first()
            {
                self.outside(name, input, c.span, span);
            }
            return;
        }
        if let Some(Some(c)) = conditions(self.db, record.file, record.key.clone()).get(index)
            && !self.implied(c, Some(base))
        {
            self.outside(name, record, c.span, span);
        }
    }

    /// A condition of an input or of a field, which reads inputs and the other fields only.
    pub(super) fn condition(&mut self, e: &Expr) -> TExpr {
        let fields: Vec<String> = match &sig(self.db, self.item).sig {
            Sig::Record(fields) => fields.iter().map(|f| f.name.clone()).collect(),
            _ => Vec::new(),
        };
        let fields: Vec<&str> = fields.iter().map(String::as_str).collect();
        if let Some((item, n)) = foreign(self.db, self.item, e, &fields) {
            let d = Diag::new(
                Code::T009,
                text!("条件只能读取输入，`{n}` 不是输入", "a condition reads inputs only, and `{n}` is none"),
            )
            .at(self.at(e.span), text!("读取了 `{n}`", "reads `{n}`"))
            .also(item.name_place(self.db), text!("声明在此", "declared here"));
            self.push(d);
            return TExpr::error(e.span);
        }
        let c = self.boolean(e);
        let mut dated = false;
        c.walk(&mut |x| dated |= matches!(x.kind, TKind::Period | TKind::Result(..)));
        if dated {
            self.error(
                Code::T009,
                e.span,
                text!("条件只能读取输入", "a condition reads inputs only"),
                text!("读取了核算期或结果", "reads the period or a result"),
            );
        }
        c
    }
}
