//! Lowering of tests.

use super::Lower;
use crate::check::{BodyKind, TExpect, body_of};
use crate::db::Item;
use crate::types::TResult;
use footrule_mir::{self as mir, Day, Expect};
use footrule_number::Ratio;
use footrule_syntax::ast::DateKey;

fn days(a: DateKey, b: Option<DateKey>) -> (Day, Day) {
    let first = |k: DateKey| match k {
        DateKey::Year(y) => (y, 1, 1),
        DateKey::Day(d) => (d.year, d.month, d.day),
    };
    let last = |k: DateKey| match k {
        DateKey::Year(y) => (y, 12, 31),
        DateKey::Day(d) => (d.year, d.month, d.day),
    };
    (first(a), last(b.unwrap_or(a)))
}

impl Lower<'_> {
    pub fn test(&mut self, item: &Item) {
        let BodyKind::Test(t) = &body_of(self.db, item).kind else { return };
        let name = self.named(item);
        let from = t.from.as_ref().and_then(|(path, span)| match crate::data::file(self.db, item, path, *span) {
            Ok(file) => Some((file.key(self.db).to_string(), file.text(self.db).to_string())),
            Err(d) => {
                self.diags.push(*d);
                None
            }
        });
        let scenario = t.scenario.clone();
        let source = t.source.as_ref().map(|s| self.source(s));
        let info = self.within(self.root, item, |lo| {
            let sets = t
                .sets
                .iter()
                .map(|(input, e, place)| (input.name(), lo.set_value(input, e), lo.place_of(place.clone())))
                .collect();
            let expects = t.expects.iter().map(|(e, place)| (lo.expect(e), lo.place_of(place.clone()))).collect();
            let span = item.ast(lo.db).map_or_else(Default::default, |a| a.span);
            let place = lo.place(footrule_diag::Span::new(
                span.start,
                span.start + "test".len().min((span.end - span.start) as usize) as u32,
            ));
            mir::TestInfo {
                name,
                period: t.period.map(|(a, b)| days(a, b)),
                sets,
                scenario,
                from,
                expects,
                source,
                place,
            }
        });
        self.program.tests.push(info);
    }

    fn expect(&mut self, e: &TExpect) -> Expect {
        match e {
            TExpect::Result(r, p, n) => {
                let what = self.result(r, footrule_diag::Span::default());
                let also = match r {
                    TResult::Also(i) => self.program.products.get(*p).and_then(|p| p.also.get(*i)),
                    _ => None,
                };
                let one = match also {
                    Some(also) => Ratio::from_number(also.amount).and_then(Ratio::recip),
                    None => self.per_one(*p),
                };
                let one = one.filter(|_| !n.bare && !r.is_quality());
                let scale = one.and_then(|one| n.scale.mul(one)).unwrap_or(n.scale);
                Expect::Result {
                    product: mir::ProductId(*p as u32),
                    what,
                    value: n.value,
                    decimals: n.decimals,
                    within: n.within,
                    scale,
                    unit: self.unit(&n.unit),
                }
            }
            TExpect::Value(item, n) => {
                if let Some(line) = self.find(item) {
                    self.has_target(&line, footrule_diag::Span::default());
                }
                Expect::Value {
                    name: item.name(),
                    line: !matches!(item.item.key.keyword.as_str(), "report" | "let"),
                    value: n.value,
                    decimals: n.decimals,
                    within: n.within,
                    scale: n.scale,
                    unit: self.unit(&n.unit),
                }
            }
            TExpect::Constant(item, e) => Expect::Constant { name: item.name(), value: self.constant(e) },
            TExpect::Error(c) => Expect::Error(c.clone()),
            TExpect::Warning(w) => Expect::Warning(w.clone()),
        }
    }
}
