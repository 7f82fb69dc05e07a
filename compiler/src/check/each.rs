//! Values for each member of an enumeration: `input share: number for each Manure`, read `share(lagoon)`.
//!
//! Guarantees: there is exactly one value for every member. Must not: let the values be read without saying whose.

use super::expr::Cx;
use crate::db::{Diag, Item};
use crate::sigs::sig;
use crate::types::{EnumRef, TExpr, TKind, Ty};
use footrule_diag::{Code, Span, text};
use footrule_syntax::ast::{Arg, Constraint, ExprKind, Field, Path};

impl Cx<'_> {
    /// The enumeration and the type of one value of an input for each member.
    pub(super) fn each(&self, item: &Item) -> Option<(EnumRef, Ty)> {
        sig(self.db, item).each.clone()
    }

    /// `share(m)`
    pub(super) fn member_value(&mut self, item: &Item, args: &[Arg], name: Span, span: Span) -> TExpr {
        let Some((members, ty)) = self.each(item) else { return TExpr::error(span) };
        let [Arg { name: None, value }] = args else {
            let (n, e) = (item.name(), Ty::Enum(members).show(self.db));
            return self.error(
                Code::N012,
                span,
                text!("`{n}` 按 {e} 取值：写 `{n}(成员)`", "`{n}` has one value for each {e}: write `{n}(member)`"),
                text!("须有一个成员", "one member is needed"),
            );
        };
        let all = self.value(item, name);
        let want = Ty::Enum(members);
        let member = self.expr(value, Some(&want));
        let member = self.fit(member, &want, false);
        if all.ty == Ty::Error || member.ty == Ty::Error {
            return TExpr::error(span);
        }
        TExpr { kind: TKind::MemberValue(Box::new(all), Box::new(member)), ty, span }
    }

    /// The member of `share.lagoon` in a test.
    pub(super) fn member_path(&mut self, item: &Item, path: &Path) -> Option<(usize, Ty)> {
        let [_, member] = path.0.as_slice() else { return None };
        let (members, ty) = self.each(item)?;
        let names = self.members(&members);
        match names.iter().position(|m| *m == member.text) {
            Some(i) => Some((i, ty)),
            None => {
                let want = Ty::Enum(members);
                self.name(member, Some(&want));
                None
            }
        }
    }

    /// `scaled` changes what was given, so it stands on inputs only, and on a field that nothing in its record reads.
    pub(super) fn no_scaling_in_records(&mut self, fields: &[Field]) {
        for c in fields.iter().flat_map(|f| &f.constraints) {
            if let Constraint::Sum { value, scaled: true, .. } = c {
                let d = Diag::new(Code::P018, text!("记录的字段不能归一", "values inside a record are not scaled"))
                    .at(self.at(value.span), text!("`scaled` 只用于输入", "`scaled` is for inputs only"))
                    .help(text!(
                        "去掉 `scaled`，或把列表改成规则的输入",
                        "remove `scaled`, or make the list an input of the rule"
                    ));
                self.push(d);
            }
        }
    }

    /// The tolerance of a sum: a bare number of the same unit.
    pub(super) fn tolerance(&mut self, e: &footrule_syntax::ast::Expr) -> Option<footrule_number::Number> {
        match &e.kind {
            ExprKind::Number { value, unit: None, .. } if *value >= footrule_number::Number::ZERO => Some(*value),
            _ => {
                self.error(
                    Code::T006,
                    e.span,
                    text!("此处须为不带单位的数", "a number without a unit is needed here"),
                    text!("此处", "here"),
                );
                None
            }
        }
    }
}

/// True if something in a record's declaration reads one of its fields.
pub(super) fn read_inside(db: &dyn crate::db::Db, record: &Item, field: &str) -> bool {
    let Some(footrule_syntax::ast::Stmt::Record { fields, requires, .. }) = record.ast(db).map(|a| &a.stmt) else {
        return false;
    };
    let mut found = false;
    let mut see = |n: &str| found |= n == field;
    for f in fields {
        let factor = f.factor.as_ref().map(|x| &x.value);
        let all = f.default.iter().chain(&f.computed).chain(&f.when).chain(factor);
        all.for_each(|e| super::cycles::names(e, &mut see));
    }
    requires.iter().for_each(|c| super::cycles::names(&c.condition, &mut see));
    found
}
