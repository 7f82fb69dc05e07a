//! Footrule's exact decimal arithmetic: every primitive is the exact result rounded once.
//!
//! # What a number is
//!
//! A [`Number`] is `±m × 10^-s` with `m < 2^96` and `0 ≤ s ≤ 28`. For a real `r`, `rnd(r)` is `r`
//! rounded half-even at the largest scale `s ≤ 28` whose coefficient fits 96 bits; when none does,
//! the result is [`NumError::Overflow`].
//!
//! # Guarantees
//!
//! * Every primitive (`+ − × ÷`, conversion, powers, roots, `exp`, `ln`, sums, means) returns
//!   `rnd` of the exact mathematical result: one rounding, never two.
//! * Scale and the sign of zero cannot be observed: `1.0 == 1.00`, equal numbers hash equally and
//!   print equally, and there is no `-0`.
//! * An *inexact* result `r` with `0 < |r| < 10^-18` is [`NumError::TooSmall`]; there, fewer than
//!   ten significant digits would be left. Exact results of that size are fine. (The test is on
//!   the exact `r`, before rounding.)
//! * Sums and means do not depend on the order of their terms.
//! * Text is read exactly or refused; nothing is rounded silently on the way in.
//!
//! # What this crate must not do
//!
//! No floating point in any computation ([`Number::to_f64`] is for drawing only), no global
//! state that can change a result, no panics on any input.
//!
//! # Layout
//!
//! `number` (the type and the four operations), `scaled` and `wide` (the same operations without a normal form, for native
//! code), `ratio` (exact rationals), `sum` (n-ary sums),
//! `interpolate` (between points of a table), `round` (published rounding), `parse` (strict text input), `serial` (serde),
//! `transcendental` (correctly rounded `exp`, `ln`, powers, roots) over `series` (intervals for
//! `exp` and `ln`), `exact` (rounding of an exact rational; the slow path of all), `error`.

mod error;
mod exact;
mod interpolate;
mod number;
mod parse;
mod ratio;
mod round;
mod scaled;
mod serial;
mod series;
mod sum;
mod transcendental;
mod wide;

pub use error::{NumError, ParseError};
pub use interpolate::Abscissa;
pub use number::Number;
pub use parse::shortened;
pub use ratio::Ratio;
pub use scaled::Scaled;
pub use sum::{Sum, mean, sum};
