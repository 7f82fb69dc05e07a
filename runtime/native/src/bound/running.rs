//! What is known of a number whose error is computed with it: its range, its decimals, and what must be tested.
//!
//! Ranges are those of the reference's values. Nothing here is an error bound: those are computed in `emit/running.rs`.
//! Additions, products, choices and folds need no more than the rules of static bounds, whose ranges hold in any case.

use super::*;

impl Analysis<'_> {
    /// Whether an operation is to have a running bound: its operands have one, or no static bound as narrow as that.
    pub(super) fn runs(&self, operands: &[Known]) -> bool {
        self.method == Method::Running && operands.iter().any(|k| k.abs != 0.0)
    }

    /// A number that has an error only if the code finds its operands well away from where it has none.
    fn guarded(&mut self, id: Id, lo: f64, hi: f64, least: f64) -> Known {
        self.test(id, Test::Bounded(id));
        self.small(least, false);
        Known { lo: lo.max(-LARGE), hi: hi.min(LARGE), least, rel: 0.0, abs: f64::INFINITY, scale: None }
    }

    pub(super) fn running_function(&mut self, id: Id, op: Unary, k: Known) -> Known {
        match op {
            Unary::Exp => {
                let (lo, hi) = ((k.lo - 1e-9).exp(), (k.hi + 1e-9).exp());
                self.guarded(id, lo, hi, lo)
            }
            Unary::Ln => {
                // Nothing but zero is nearer to it than the 28th decimal.
                let low = k.lo.max(1e-29);
                self.guarded(id, low.ln(), k.hi.max(low).ln(), 0.0)
            }
            _ => {
                let low = k.least.max(k.lo).max(1e-29);
                self.guarded(id, k.lo.max(0.0).sqrt(), k.hi.max(0.0).sqrt(), low.sqrt())
            }
        }
    }

    pub(super) fn running_quotient(&mut self, id: Id, a: Known, b: Known) -> Known {
        let low = b.least.max(b.lo).max(-b.hi).max(1e-29);
        let most = a.reach() / low;
        let (lo, hi) = match (a.sign(), b.sign()) {
            (1, 1) | (-1, -1) => (0.0, most),
            (1, -1) | (-1, 1) => (-most, 0.0),
            _ => (-most, most),
        };
        self.guarded(id, lo, hi, a.least / b.reach().max(low) * (1.0 - 1e-9))
    }

    pub(super) fn running_power(&mut self, id: Id) -> Known {
        self.guarded(id, 0.0, LARGE, 0.0)
    }

    /// Of a product over a list: the code looks at each partial product, which the reference may refuse.
    pub(super) fn running_product(&mut self, id: Id, terms: &[Term], counted: &[f64]) -> Known {
        let (mut most, mut low, mut scale, mut positive) = (1.0_f64, 1.0_f64, Some(0_u32), true);
        for (t, n) in terms.iter().zip(counted) {
            let (k, n) = (self.number(t.value), n.max(1.0));
            most *= k.reach().max(1.0).powf(n);
            low *= k.least.min(1.0).powf(n) * (1.0 - 1e-9);
            positive &= k.lo >= 0.0;
            scale = scale.zip(k.scale).map(|(s, t)| s.saturating_add(t.saturating_mul(n as u32)));
        }
        let exact = scale.filter(|s| *s <= 28 && most * pow10(*s) < LARGE * 0.99);
        let known = self.guarded(id, if positive { 0.0 } else { -most }, most, low);
        self.may_be_small &= exact.is_none();
        Known { scale: exact, ..known }
    }

    pub(super) fn running_integer_power(&mut self, id: Id, k: Known, n: i64) -> Known {
        let even = n % 2 == 0;
        if n > 0 {
            let most = k.reach().powi(n as i32);
            let lo = if even || k.lo >= 0.0 { 0.0 } else { -most };
            let hi = if even || k.hi > 0.0 { most } else { 0.0 };
            let decimals = k.scale.and_then(|s| s.checked_mul(n as u32));
            let exact = decimals.filter(|s| *s <= 28 && most * pow10(*s) < LARGE * 0.99);
            let least = k.least.powi(n as i32) * (1.0 - 1e-9);
            let known = self.guarded(id, lo, hi, least);
            self.may_be_small &= exact.is_none();
            return Known { scale: exact, ..known };
        }
        let (lo, hi) = match k.sign() {
            1 => (0.0, LARGE),
            _ if even => (0.0, LARGE),
            _ => (-LARGE, LARGE),
        };
        self.guarded(id, lo, hi, k.reach().max(1e-29).powi(n as i32) * (1.0 - 1e-9))
    }
}

/// Bounds of a kernel by the method that suits it: static ones where they are narrow enough for what is decided by them.
///
/// # Errors
/// [`Unbounded`] if every row asks for something that has no bound.
pub fn best(kernel: &Kernel, hull: &Hull) -> Result<Bounds, Unbounded> {
    let fixed = bounds(kernel, hull, Method::Static);
    match &fixed {
        Ok(b) if !b.is_wide(kernel) => fixed,
        _ => bounds(kernel, hull, Method::Running).or(fixed),
    }
}

/// Of a unit of the last digit that is published, the part that a static error may take.
const PART_OF_UNIT: f64 = 1e-3;
/// Of the largest magnitude of a number, the part that its static error may take where it is compared or divided by.
const PART_OF_SIZE: f64 = 1e-9;

impl Bounds {
    /// Whether some errors are computed by the code.
    #[must_use]
    pub fn is_running(&self) -> bool {
        self.facts.iter().flatten().any(|f| matches!(f, Fact::Number(k) if k.is_running()))
    }

    /// Many rows may be left because of these bounds: they are wide beside a digit that is published, beside a number that is
    /// compared, or beside what the reference refuses.
    #[must_use]
    pub fn is_wide(&self, kernel: &Kernel) -> bool {
        let abs = |id: Id| self.number(id).map_or(0.0, |k| k.abs);
        let wide = |id: Id| self.number(id).is_some_and(|k| k.abs > PART_OF_SIZE * k.lo.abs().max(k.hi.abs()));
        let published = |o: &crate::kernel::Output| match o.round {
            Some(r) if r.significant => wide(o.value),
            Some(r) => abs(o.value) * pow10(r.digits) > PART_OF_UNIT,
            None => false,
        };
        let tested = |(at, test): &(Id, Test)| match test {
            // A threshold that excludes more than zero, and is not lost beside the numbers that there are.
            Test::Above(id, low) => self.number(*id).is_some_and(|k| {
                let far = *low > PART_OF_SIZE * k.lo.abs().max(k.hi.abs());
                far && if id == at { k.abs > SMALL } else { *low > k.least }
            }),
            Test::Decided(id) => match kernel.def(*id) {
                Def::Compare(_, (a, _), (b, _)) => wide(*a) || wide(*b),
                _ => false,
            },
            Test::Rounded(id) => {
                let mut any = false;
                kernel.def(*id).each_operand(|o| any |= wide(o));
                any
            }
            _ => false,
        };
        kernel.outputs.iter().any(published) || !self.without.is_empty() || self.tests.iter().any(tested)
    }
}
