//! How far the result of an operation can be from the reference's.

use super::*;

impl Analysis<'_> {
    pub(super) fn unary(&mut self, id: Id, op: Unary, a: Id) -> Result<Known, Unbounded> {
        let k = self.number(a);
        if self.runs(&[k]) && matches!(op, Unary::Sqrt | Unary::Exp | Unary::Ln) {
            return Ok(self.running_function(id, op, k));
        }
        Ok(match op {
            Unary::Neg => Known { lo: -k.hi, hi: -k.lo, ..k },
            Unary::Abs => {
                let most = k.lo.abs().max(k.hi.abs());
                let lo = if k.sign() == 0 { 0.0 } else { k.lo.abs().min(k.hi.abs()) };
                Known { lo, hi: most, ..k }
            }
            Unary::Floor | Unary::Ceil => {
                if k.scale == Some(0) {
                    return Ok(k);
                }
                self.test(id, Test::Rounded(id));
                let (lo, hi) = (k.lo.floor() - 1.0, k.hi.ceil() + 1.0);
                Known { lo, hi, least: 1.0, rel: U, abs: 0.0, scale: Some(0) }
            }
            Unary::Sqrt => {
                // sqrt(v(1+d)) with |d| ≤ rel + abs/low: half of that, and a rounding.
                let low = if k.lo > 0.0 { k.lo } else { k.least.max(1e-12) };
                if k.lo <= 0.0 {
                    self.test(id, Test::Above(a, low * 0.999));
                    // What is below zero has no root.
                    self.test(id, Test::Below(id, LARGE / 2.0));
                }
                let rel = k.rel + k.abs / low;
                let hi = k.hi.max(0.0).sqrt();
                Known { lo: k.lo.max(0.0).sqrt(), hi, least: low.sqrt(), rel: rel + U, abs: 0.0, scale: None }
            }
            Unary::Exp => {
                let (lo, hi) = ((k.lo - 1e-9).exp(), (k.hi + 1e-9).exp());
                self.test(id, Test::Below(id, LARGE / 2.0));
                self.small(lo, false);
                Known { lo, hi: hi.min(LARGE), least: lo, rel: growth(k.error())? + LIBRARY, abs: 0.0, scale: None }
            }
            Unary::Ln => {
                let low = self.positive(id, a, k);
                let own = k.rel + k.abs / low;
                if own >= 0.1 {
                    return Err(Unbounded("the logarithm of what is hardly known"));
                }
                let (lo, hi) = ((low * 0.99).ln(), (k.hi.max(low) * 1.01).ln());
                let most = lo.abs().max(hi.abs());
                self.small(0.0, false);
                Known { lo, hi, least: 0.0, rel: 0.0, abs: own / (1.0 - own) + LIBRARY * most, scale: None }
            }
        })
    }

    pub(super) fn binary(&mut self, id: Id, op: Binary, x: Id, y: Id) -> Result<Known, Unbounded> {
        let (a, b) = (self.number(x), self.number(y));
        Ok(match op {
            Binary::Add => self.sum(&[(a, 1.0), (b, 1.0)]),
            Binary::Sub => {
                let minus = Known { lo: -b.hi, hi: -b.lo, ..b };
                self.sum(&[(a, 1.0), (minus, 1.0)])
            }
            Binary::Mul if a.is_zero() || b.is_zero() => constant(Number::ZERO),
            Binary::Div if self.runs(&[a, b]) => self.running_quotient(id, a, b),
            Binary::Pow if self.runs(&[a, b]) => self.running_power(id),
            Binary::Mul => {
                let (lo, hi) = product(a, b);
                let scale = a.scale.zip(b.scale).map(|(s, t)| s + t);
                let exact = scale.is_some_and(|s| s <= 28 && lo.abs().max(hi.abs()) * pow10(s) < LARGE * 0.99);
                let rel = (a.rel + b.rel) * (1.0 + a.rel) + U;
                let abs = a.abs * b.most() + b.abs * a.most() + a.abs * b.abs;
                let least = a.least * b.least;
                self.small(least, exact);
                Known { lo, hi, least, rel, abs, scale: scale.filter(|_| exact) }
            }
            Binary::Div => {
                // The least magnitude of a divisor that the code lets pass.
                let away = if b.lo > 0.0 { b.lo } else { -b.hi };
                let away = (away - b.abs) / (1.0 + b.rel) * (1.0 - 1e-9);
                let low = if away > b.abs * 1e6 {
                    away
                } else {
                    // A relative error needs no more than that it is not zero; an absolute one, that it is not small.
                    let far = (b.most() * 1e-6).max(b.abs * 20.0);
                    let low = if b.abs <= TINY * 2.0 && b.least > 0.0 { b.least * 0.99 } else { far };
                    self.test(id, Test::Above(y, low));
                    low
                };
                let relb = b.rel + b.abs / low;
                if relb >= 0.1 {
                    return Err(Unbounded("a divisor that is hardly known"));
                }
                // A divisor that does not change in a loop is inverted once: two roundings.
                if a.is_zero() {
                    return Ok(constant(Number::ZERO));
                }
                let rel = (a.rel + relb) / (1.0 - relb) + 2.01 * U;
                let abs = a.abs / low * (1.0 + 3.0 * relb);
                let most = a.most() / low;
                let (lo, hi) = match (a.sign(), b.sign()) {
                    (1, 1) | (-1, -1) => (0.0, most),
                    (1, -1) | (-1, 1) => (-most, 0.0),
                    _ => (-most, most),
                };
                let least = a.least / b.most().max(low);
                self.small(least, false);
                Known { lo, hi, least, rel, abs, scale: None }
            }
            Binary::Min | Binary::Max => {
                let max = op == Binary::Max;
                let pick = |p: f64, q: f64| if max { p.max(q) } else { p.min(q) };
                let (lo, hi) = (pick(a.lo, b.lo), pick(a.hi, b.hi));
                let least = a.least.min(b.least);
                let scale = a.scale.zip(b.scale).map(|(s, t)| s.max(t));
                if a.sign() >= 0 && b.sign() >= 0 && a.lo >= 0.0 && b.lo >= 0.0 {
                    Known { lo, hi, least, rel: a.rel.max(b.rel), abs: a.abs.max(b.abs), scale }
                } else {
                    Known { lo, hi, least, rel: 0.0, abs: a.error().max(b.error()), scale }
                }
            }
            Binary::Pow => {
                let low = self.positive(id, x, a);
                let own = a.rel + a.abs / low;
                if own >= 0.1 {
                    return Err(Unbounded("a real power of what is hardly known"));
                }
                let logs = [(low * 0.99).ln(), (a.hi.max(low) * 1.01).ln()];
                let log = logs[0].abs().max(logs[1].abs());
                let ends: Vec<f64> = logs.iter().flat_map(|l| [l * b.lo, l * b.hi]).collect();
                let lo = ends.iter().copied().fold(f64::INFINITY, f64::min).exp() * 0.999;
                let hi = ends.iter().copied().fold(f64::NEG_INFINITY, f64::max).exp() * 1.001;
                let rel = growth(b.most() * own / (1.0 - own) + b.error() * log * 1.01)? + LIBRARY;
                self.test(id, Test::Below(id, LARGE / 2.0));
                self.small(lo, false);
                Known { lo, hi: hi.min(LARGE), least: lo, rel, abs: 0.0, scale: None }
            }
        })
    }

    /// A sum of so many values of each kind.
    pub(super) fn sum(&self, of: &[(Known, f64)]) -> Known {
        let total: f64 = of.iter().map(|(_, n)| n).sum();
        let (mut lo, mut hi, mut abs, mut rel) = (0.0, 0.0, 0.0, 0.0_f64);
        let mut scale = Some(0);
        for (k, n) in of {
            lo += k.lo.min(if *n > 1.0 { 0.0 } else { f64::INFINITY }) * n;
            hi += k.hi.max(if *n > 1.0 { 0.0 } else { f64::NEG_INFINITY }) * n;
            abs += k.abs * n;
            rel = rel.max(k.rel);
            scale = scale.zip(k.scale).map(|(s, t): (u32, u32)| s.max(t));
        }
        let adds = (total - 1.0).max(0.0) * U * 1.01;
        let one_sign = of.iter().all(|(k, _)| k.lo >= 0.0) || of.iter().all(|(k, _)| k.hi <= 0.0);
        let least = if one_sign { of.iter().map(|(k, _)| k.least).fold(f64::INFINITY, f64::min) } else { 0.0 };
        if one_sign {
            // Partial sums are no larger than the sum.
            return Known { lo, hi, least, rel: rel * (1.0 + adds) + adds, abs, scale };
        }
        let most: f64 = of.iter().map(|(k, n)| k.most() * n).sum();
        let errors: f64 = of.iter().map(|(k, n)| k.rel * k.most() * n).sum();
        Known { lo, hi, least, rel: 0.0, abs: (abs + errors + adds * most), scale }
    }

    /// A number that must be above zero: the least magnitude that the code lets pass. Below zero the code finds none.
    fn positive(&mut self, id: Id, a: Id, k: Known) -> f64 {
        if k.lo > 0.0 {
            return k.lo;
        }
        let low = k.least.max(k.abs * 20.0).max(1e-12);
        self.test(id, Test::Above(a, low * 0.999));
        self.test(id, Test::Below(id, LARGE / 2.0));
        low * 0.99
    }

    pub(super) fn power(&mut self, id: Id, a: Id, n: i64) -> Result<Known, Unbounded> {
        let k = self.number(a);
        let times = n.unsigned_abs() as f64;
        if n == 0 {
            return Ok(constant(Number::ONE));
        }
        if n.unsigned_abs() > MAX_POWER {
            return Err(Unbounded("a power that the reference refuses"));
        }
        if self.runs(&[k]) {
            return Ok(self.running_integer_power(id, k, n));
        }
        // With an absolute error the relative one is bounded only away from zero.
        let away = k.lo.max(-k.hi) - k.abs;
        let own = match k.abs {
            0.0 => k.rel,
            abs if away > abs * 1e3 => k.rel + abs / away * UP,
            _ if n > 0 => return self.power_of_difference(k, n),
            _ => {
                let low = k.abs * 1e3;
                self.test(id, Test::Above(a, low));
                k.rel + k.abs / low * UP
            }
        };
        let rel = times * own + (times + 1.0) * U;
        if rel > 1e-3 {
            return Err(Unbounded("a power with so large an exponent"));
        }
        // (1 + x)^n is at most 1 + nx(1 + nx) for so small an nx.
        let rel = rel * (1.0 + rel);
        if n > 0 {
            let most = k.most().powi(n as i32);
            let lo = if k.lo >= 0.0 { 0.0 } else { -most };
            let decimals = k.scale.and_then(|s| s.checked_mul(n as u32));
            let scale = decimals.filter(|s| *s <= 28 && most * pow10(*s) < LARGE * 0.99);
            let least = k.least.powi(n as i32);
            self.small(least, scale.is_some());
            return Ok(Known { lo, hi: most, least, rel, abs: 0.0, scale });
        }
        let low = if away > 0.0 { away } else { k.least.max(k.abs * 1e3) * 0.99 };
        if away <= 0.0 {
            self.test(id, Test::Above(a, low));
        }
        let most = low.powi(n as i32).min(LARGE);
        let least = k.most().max(low).powi(n as i32);
        self.small(least, false);
        self.test(id, Test::Below(id, LARGE / 2.0));
        let (lo, hi) = match k.sign() {
            1 => (0.0, most),
            _ if n % 2 == 0 => (0.0, most),
            _ => (-most, most),
        };
        Ok(Known { lo, hi, least, rel, abs: 0.0, scale: None })
    }

    /// `|vⁿ − Aⁿ| ≤ n·Mⁿ⁻¹·|v − A|`.
    fn power_of_difference(&mut self, k: Known, n: i64) -> Result<Known, Unbounded> {
        let (times, most) = (n as f64, k.most());
        let bound = most.powi(n as i32);
        let abs = times * most.powi(n as i32 - 1) * k.error() + times * U * bound;
        if !bound.is_finite() || bound >= LARGE {
            return Err(Unbounded("a power that may be too large"));
        }
        let lo = if n % 2 == 0 { 0.0 } else { -bound };
        let least = k.least.powi(n as i32);
        self.small(least, false);
        Ok(Known { lo, hi: bound, least, rel: 0.0, abs, scale: None })
    }

    pub(super) fn convert(&mut self, a: Id, r: Ratio, offset: Option<Number>) -> Known {
        let k = self.number(a);
        if k.is_zero() && offset.is_none() {
            return k;
        }
        let f = near_ratio(r);
        let (x, y) = (k.lo * f, k.hi * f);
        let decimals = r.as_number().map(Number::scale);
        let scale = k.scale.zip(decimals).map(|(s, t)| s + t);
        let most = x.abs().max(y.abs());
        let exact = scale.is_some_and(|s| s <= 28 && most * pow10(s) < LARGE * 0.99);
        let scaled = Known {
            lo: x.min(y),
            hi: x.max(y),
            least: k.least * f.abs() * (1.0 - 1e-9),
            rel: k.rel + 4.0 * U,
            abs: k.abs * f.abs() * UP,
            scale: scale.filter(|_| exact),
        };
        match offset {
            None => {
                self.small(scaled.least, exact);
                scaled
            }
            Some(offset) => {
                let sum = self.sum(&[(scaled, 1.0), (constant(offset), 1.0)]);
                self.small(sum.least, sum.scale.is_some_and(|s| s <= 28));
                sum
            }
        }
    }

    /// Between two points, where alone it is asked for: so the place is no further from the first than the second.
    pub(super) fn between(&mut self, a: Id, s: &Segment) -> Known {
        let k = self.number(a);
        let l = line(s);
        let (y0, y1) = (nearest(s.from.1), nearest(s.to.1));
        let width = (nearest(s.to.0) - nearest(s.from.0)).abs() * 1.001;
        let place = width + l.start.abs();
        let most = y0.abs().max(y1.abs()) * 1.001;
        let of_place = l.scale.abs() * k.error() + 8.0 * U * (place + width);
        let abs = (l.slope.abs() * of_place + 8.0 * U * (l.slope.abs() * width + most)) * UP;
        self.small(0.0, false);
        Known { lo: y0.min(y1), hi: y0.max(y1), least: 0.0, rel: 0.0, abs, scale: None }
    }

    pub(super) fn round(&mut self, id: Id, a: Id, n: u32) -> Known {
        let k = self.number(a);
        if k.scale.is_some_and(|s| s <= n) {
            return k;
        }
        self.test(id, Test::Rounded(id));
        let step = 1.0 / pow10(n);
        Known { lo: k.lo - step, hi: k.hi + step, least: step * 0.999, rel: 3.0 * U, abs: 0.0, scale: Some(n) }
    }
}

/// How much larger `exp` of an error makes a value: `e^x − 1`, from above.
fn growth(error: f64) -> Result<f64, Unbounded> {
    if error < 0.01 { Ok(error * (1.0 + error)) } else { Err(Unbounded("an exponent that is hardly known")) }
}
