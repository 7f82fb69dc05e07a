//! Conditional inputs: `input coal: t{coal} when route == gasification`, and the same on fields of records.
//!
//! Guarantees: such a value is read only where its condition is implied, so that a reader never meets an input that
//! is not there.
//!
//! Invariant: `conditions` types conditions by signatures alone (they read inputs and fields only), so that the body
//! of any other statement may ask for it.

use super::expr::Cx;
use super::implied::Seen;
use crate::db::{Db, Diag, Item, SourceFile};
use crate::names::{Ns, Resolved, lookup};
use crate::sigs::{Sig, sig};
use crate::types::{TExpr, TKind, Through, Ty};
use footrule_diag::{Code, Span, text};
use footrule_syntax::Key;
use footrule_syntax::ast::{Expr, Stmt};

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

/// The conditions of a record's fields, or of an input (one entry). `None`: none, or one that is refused where it is
/// declared.
#[salsa::tracked(returns(ref))]
pub(crate) fn conditions(db: &dyn Db, file: SourceFile, key: Key) -> Vec<Option<TExpr>> {
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

impl Cx<'_> {
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
        .also(declared.at(when), text!("条件", "its condition"));
        let of_process = declared.key.process.is_some() && declared.owner() != self.item.owner();
        self.push(d.help(if of_process {
            text!(
                "在写明该条件之处读取（`if … then`、排放行的 `when`、列表的 `where`）；条件里的输入写作此处的名称，如 `包含的名称.输入`，已绑定的写绑定的值",
                "read it where the condition is written (`if … then`, `when` of a line, `where` of a list), with the inputs as they are called here: `INCLUDE.INPUT`, or what a bound one is bound to"
            )
        } else {
            text!(
                "在写明该条件之处读取：`if {formula} then …`，或排放行加 `when {formula}`",
                "read it where the condition is written: `if {formula} then …`, or a line with `when {formula}`"
            )
        }));
    }

    /// Refuses an input that may not be there.
    pub(super) fn input_applies(&mut self, item: &Item, span: Span) {
        if self.trusting || item.key.keyword != "input" {
            return;
        }
        if let Some(Some(c)) = conditions(self.db, item.file, item.key.clone()).first()
            && !self.implied(c, Seen::Here)
        {
            self.outside(item.name(), item, c.span, span);
        }
    }

    /// Refuses an input of an included process that may not be there.
    pub(super) fn through_applies(&mut self, t: &Through, span: Span) {
        if self.trusting {
            return;
        }
        if let Some(Some(c)) = conditions(self.db, t.item.file, t.item.key.clone()).first()
            && !self.implied(c, Seen::Through(&t.path))
        {
            self.outside(&t.name(), &t.item, c.span, span);
        }
    }

    /// Refuses a field that may not be there.
    pub(super) fn field_applies(&mut self, record: &Item, base: &TExpr, index: usize, name: &str, span: Span) {
        if self.trusting {
            return;
        }
        if record.key.keyword == "include" {
            if let Some(input) = super::listed_inputs(self.db, record.file, record.key.clone()).get(index)
                && let Some(Some(c)) = conditions(self.db, input.file, input.key.clone()).first()
                && !self.implied(c, Seen::Item(record, base))
            {
                self.outside(name, input, c.span, span);
            }
            return;
        }
        if let Some(Some(c)) = conditions(self.db, record.file, record.key.clone()).get(index)
            && !self.implied(c, Seen::Record(base))
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
