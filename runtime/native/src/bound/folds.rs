//! Bounds of folds, and conditions that are the same in every row.

use super::*;

impl Analysis<'_> {
    pub(super) fn fold(&mut self, id: Id, kind: Fold, terms: &[Term]) -> Result<Fact, Unbounded> {
        let turns = |t: &Term| {
            t.over.iter().map(|l| f64::from(self.hull.items.get(l.0 as usize).copied().unwrap_or(0))).product::<f64>()
        };
        let counted: Vec<f64> = terms.iter().map(turns).collect();
        let most: f64 = counted.iter().sum();
        let values: Vec<Known> = terms.iter().map(|t| self.number(t.value)).collect();
        // A term that may be missing, or be there often, may add nothing.
        let known = terms.iter().zip(&values).zip(&counted).map(|((t, k), n)| {
            let may_be_missing = t.when.is_some() || !t.over.is_empty();
            let k = if may_be_missing { Known { lo: k.lo.min(0.0), hi: k.hi.max(0.0), ..*k } } else { *k };
            (k, n.max(1.0))
        });
        let known: Vec<(Known, f64)> = known.collect();
        Ok(Fact::Number(match kind {
            Fold::Any | Fold::All => {
                let stop = kind == Fold::Any;
                let of: Vec<Option<bool>> = terms.iter().map(|t| self.bool(t.value)).collect();
                let sure =
                    terms.iter().zip(&of).any(|(t, b)| *b == Some(stop) && t.when.is_none() && t.over.is_empty());
                return Ok(Fact::Bool(if sure {
                    Some(stop)
                } else if of.iter().all(|b| *b == Some(!stop)) {
                    Some(!stop)
                } else {
                    None
                }));
            }
            Fold::Sum if terms.is_empty() => constant(Number::ZERO),
            Fold::Sum => self.sum(&known),
            Fold::Count => {
                let hi = most.max(terms.len() as f64);
                Known { lo: 0.0, hi, least: 1.0, rel: 0.0, abs: 0.0, scale: Some(0) }
            }
            Fold::Mean => {
                // Without a term the code divides zero by zero.
                self.test(id, Test::Below(id, LARGE / 2.0));
                self.small(0.0, false);
                let each = self.hull_of(&terms.iter().map(|t| t.value).collect::<Vec<_>>());
                let adds = (most.max(terms.len() as f64) - 1.0).max(0.0) * U * 1.01;
                let (rel, abs) = if each.lo >= 0.0 || each.hi <= 0.0 {
                    (each.rel * (1.0 + adds) + adds + 2.0 * U, each.abs)
                } else {
                    (0.0, each.error() + (adds + 2.0 * U) * each.most())
                };
                Known { lo: each.lo, hi: each.hi, least: 0.0, rel, abs, scale: None }
            }
            Fold::Min | Fold::Max => {
                // Without a term the code has an infinity.
                self.test(id, Test::Below(id, LARGE / 2.0));
                let each = self.hull_of(&terms.iter().map(|t| t.value).collect::<Vec<_>>());
                if each.lo >= 0.0 { each } else { Known { rel: 0.0, abs: each.error(), ..each } }
            }
            Fold::Product => match self.product_of(id, terms, &counted) {
                // Factors that may be near zero, or many: their errors are computed.
                Err(_) if self.method == Method::Running => self.running_product(id, terms, &counted),
                found => found?,
            },
        }))
    }

    /// Factors from left to right, each product rounded.
    fn product_of(&mut self, id: Id, terms: &[Term], counted: &[f64]) -> Result<Known, Unbounded> {
        let (mut most, mut low, mut rel, mut scale) = (1.0_f64, 1.0_f64, 0.0, Some(0_u32));
        let mut positive = true;
        for (t, n) in terms.iter().zip(counted) {
            let k = self.number(t.value);
            let n = n.max(1.0);
            let away = k.lo.max(-k.hi) - k.abs;
            rel += n * match k.abs {
                0.0 => k.rel,
                abs if away > abs * 1e3 => k.rel + abs / away * UP,
                _ => return Err(Unbounded("a product of differences")),
            };
            most *= k.most().max(1.0).powf(n);
            low *= k.least.min(1.0).powf(n) * (1.0 - 1e-9);
            rel += n * U;
            positive &= k.lo >= 0.0;
            scale = scale.zip(k.scale).map(|(s, t)| s.saturating_add(t.saturating_mul(n as u32)));
        }
        // Partial products that nearly vanish, or nearly overflow, are the reference's to tell.
        if low < 1e-9 || most * UP >= LARGE / 2.0 {
            return Err(Unbounded("a product of so many factors"));
        }
        // The reference's own roundings, of what is not below `low`.
        let turns: f64 = counted.iter().map(|n| n.max(1.0)).sum();
        rel = (rel + turns * TINY / low) * (1.0 + rel);
        if rel > 1e-3 {
            return Err(Unbounded("a product of so many factors"));
        }
        let scale = scale.filter(|s| *s <= 28 && most * pow10(*s) < LARGE * 0.99);
        self.test(id, Test::Below(id, LARGE / 2.0));
        let lo = if positive { 0.0 } else { -most };
        Ok(Known { lo, hi: most, least: low, rel: rel * UP, abs: 0.0, scale })
    }

    /// Which way a comparison goes, if that is the same in every row; else it must be decided row by row.
    pub(super) fn compare(&mut self, id: Id, cmp: Cmp, a: (Id, Ratio), b: (Id, Ratio)) -> Fact {
        if let Some(known) = self.in_column(cmp, a, b) {
            return Fact::Bool(Some(known));
        }
        let (x, y) = (self.out.side(a), self.out.side(b));
        let less = x.hi < y.lo;
        let more = x.lo > y.hi;
        let (no_more, no_less) = (x.hi <= y.lo, x.lo >= y.hi);
        let known = match cmp {
            Cmp::Lt if less => Some(true),
            Cmp::Lt if no_less => Some(false),
            Cmp::Le if no_more => Some(true),
            Cmp::Le if more => Some(false),
            Cmp::Gt if more => Some(true),
            Cmp::Gt if no_more => Some(false),
            Cmp::Ge if no_less => Some(true),
            Cmp::Ge if less => Some(false),
            Cmp::Eq if less || more => Some(false),
            Cmp::Ne if less || more => Some(true),
            _ => None,
        };
        if known.is_none() && grid(x, y).is_none() {
            self.test(id, Test::Decided(id));
        }
        Fact::Bool(known)
    }

    /// A column compared with a constant: by the exact ends of its span.
    fn in_column(&self, cmp: Cmp, a: (Id, Ratio), b: (Id, Ratio)) -> Option<bool> {
        let (Def::Column(c), Def::Number(k)) = (self.kernel.def(a.0), self.kernel.def(b.0)) else { return None };
        if !a.1.is_one() || !b.1.is_one() {
            return None;
        }
        let s = self.hull.columns.get(c.0 as usize).copied().flatten()?;
        let both = |f: fn(&Number, &Number) -> bool| (f(&s.lo, k) == f(&s.hi, k)).then(|| f(&s.lo, k));
        match cmp {
            Cmp::Lt => both(|x, k| x < k),
            Cmp::Le => both(|x, k| x <= k),
            Cmp::Gt => both(|x, k| x > k),
            Cmp::Ge => both(|x, k| x >= k),
            Cmp::Eq | Cmp::Ne if s.hi < *k || s.lo > *k => Some(cmp == Cmp::Ne),
            Cmp::Eq | Cmp::Ne => None,
        }
    }
}
