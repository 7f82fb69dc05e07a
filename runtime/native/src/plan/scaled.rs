//! Values that are divided by their sum where they need not add up exactly (`within … scaled`).
//!
//! As the reference settles an input. Guarantees: values are scaled in the rows whose sum differs, and there a warning fires;
//! a row in which scaling fails has no answer. Must not: scale what stands inside a record, which the reference does not.

use super::Plan;
use super::sym::{Segment, Sym, and, binary, compare, fold};
use crate::kernel::{Binary, Def, Fold, Id, Term, Told, Warning};
use footrule_mir::{Cmp, Constraint, InputInfo};
use footrule_number::Number;

/// Scaling succeeds where the result is above this; all numbers are.
const LEAST: i64 = -1_000_000_000_000_000_000;

impl Plan<'_> {
    /// The value of an input after its sum was settled; `number` is that of the input.
    pub(super) fn scaled(&mut self, number: usize, info: &InputInfo, sym: Sym, applies: Option<Id>) -> Sym {
        let of = |c: &Constraint| match c {
            Constraint::SumWithin { field, sum, scaled: true, .. } => Some((*field, *sum)),
            _ => None,
        };
        let mut all = info.constraints.iter().filter_map(of);
        let Some((field, expected)) = all.next() else { return sym };
        if all.next().is_some() {
            return self.fail("values that are scaled to several sums");
        }
        let (there, value) = match &sym {
            Sym::Absent => return sym,
            Sym::Maybe(p, v) => (Some(*p), (**v).clone()),
            v => (None, v.clone()),
        };
        let Some(total) = self.summed(&value, field) else { return self.fail("a sum of such values") };
        let one = self.b.number(expected);
        let as_it_is = compare(&mut self.b, Cmp::Eq, total, one);
        if self.b.known_bool(as_it_is) == Some(true) {
            return sym;
        }
        let counts = and(&mut self.b, applies, there);
        let holds = match counts {
            Some(c) => {
                let not = self.b.add(Def::Not(c));
                self.b.add(Def::Or(not, as_it_is))
            }
            None => as_it_is,
        };
        let told = Told::Scaled(number as u32);
        self.b.warning(Warning { name: info.name.id.clone(), told, holds });
        let scaled = self.each_scaled(&value, field, &|p, x| {
            let own = if expected == Number::ONE { x } else { binary(&mut p.b, Binary::Mul, x, one) };
            let own = binary(&mut p.b, Binary::Div, own, total);
            // It must not fail, whether or not the value is read.
            let least = p.b.number(Number::from(LEAST));
            let sound = compare(&mut p.b, Cmp::Gt, own, least);
            let sound = p.b.add(Def::Or(holds, sound));
            let term = Term { over: p.active.clone(), when: None, value: sound };
            let all = fold(&mut p.b, Fold::All, vec![term]);
            p.b.require(all);
            p.b.add(Def::Select(as_it_is, x, own))
        });
        match there {
            Some(p) => Sym::Maybe(p, scaled.into()),
            None => scaled,
        }
    }

    /// Every value that counts in the sum through `f`.
    fn each_scaled(&mut self, sym: &Sym, field: Option<u32>, f: &dyn Fn(&mut Self, Id) -> Id) -> Sym {
        match sym {
            Sym::Record(fields) => {
                let fields: Vec<Sym> = fields.iter().map(|v| self.item_scaled(v, None, f)).collect();
                Sym::Record(fields.into())
            }
            Sym::List(list) => {
                let mut out = Vec::with_capacity(list.len());
                for s in list.iter() {
                    let before = self.active.len();
                    self.active.extend(&s.over);
                    let value = match s.when {
                        None => self.item_scaled(&s.value, field, f),
                        Some(_) => self.fail("values scaled in a list that is not in columns"),
                    };
                    self.active.truncate(before);
                    out.push(Segment { value, ..s.clone() });
                }
                Sym::List(out.into())
            }
            _ => self.fail("values of such a shape that are scaled"),
        }
    }

    fn item_scaled(&mut self, sym: &Sym, field: Option<u32>, f: &dyn Fn(&mut Self, Id) -> Id) -> Sym {
        match (sym, field) {
            (Sym::Record(fields), Some(k)) => {
                let mut fields = fields.to_vec();
                if let Some(v) = fields.get_mut(k as usize) {
                    *v = self.item_scaled(v, None, f);
                }
                Sym::Record(fields.into())
            }
            (Sym::Number(x), _) => Sym::Number(f(self, *x)),
            (Sym::Activity { amount, factor, given, rests }, _) => {
                let (factor, rests) = (factor.clone(), rests.clone());
                Sym::Activity { amount: f(self, *amount), factor, given: *given, rests }
            }
            _ => self.fail("CO2e that is scaled"),
        }
    }
}
