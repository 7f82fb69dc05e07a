//! Data quality of a result: the share of primary data, the rating, and how much of the result is rated.
//!
//! All are of one product, and weighted by the absolute contributions of the parts (primary data) and terms (ratings) of the
//! items that count for it. Guarantees: the rating is of the rated share alone; where nothing is rated there is none.

use super::products::ItemFigures;
use footrule_mir::Evidence;
use footrule_number::{NumError, Number, Sum};

/// Data quality of a result; each is missing where it would be divided by nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Quality {
    /// Share of primary data.
    pub primary: Option<Number>,
    /// The data quality rating of what is rated.
    pub dqr: Option<Number>,
    /// Share of what is rated.
    pub rated: Option<Number>,
    /// What the share of primary data is of: the sum of the absolute parts.
    pub weight: Option<Number>,
    /// What the rating is of: the sum of the absolute terms that are rated.
    pub rated_weight: Option<Number>,
}

/// The data quality of these items together.
pub(crate) fn quality<'a>(items: impl IntoIterator<Item = &'a ItemFigures>) -> Quality {
    let (mut parts, mut primary) = (Sum::new(), Sum::new());
    let (mut gross, mut rated) = (Sum::new(), Sum::new());
    // Weighted ratings: too large a number leaves no rating, never a wrong one.
    let mut weighted = Ok(Sum::new());
    for item in items {
        for (key, value) in &item.parts {
            parts.add(value.abs());
            if key.evidence == Evidence::Primary {
                primary.add(value.abs());
            }
        }
        let Some(terms) = item.terms.list() else {
            gross.add(item.total.abs());
            continue;
        };
        for (rating, value) in terms {
            let weight = value.abs();
            gross.add(weight);
            if let Some(dqr) = rating.dqr() {
                rated.add(weight);
                weighted = weighted.and_then(|sum: Sum| plus(sum, dqr, weight));
            }
        }
    }
    let dqr = weighted.and_then(|w| w.finish()?.div(rated.finish()?)).ok();
    Quality {
        primary: share(&primary, &parts),
        dqr,
        rated: share(&rated, &gross),
        weight: parts.finish().ok(),
        rated_weight: rated.finish().ok(),
    }
}

fn plus(mut sum: Sum, dqr: Number, weight: Number) -> Result<Sum, NumError> {
    match dqr.mul(weight) {
        Ok(x) => sum.add(x),
        Err(NumError::TooSmall) => {}
        Err(e) => return Err(e),
    }
    Ok(sum)
}

fn share(part: &Sum, whole: &Sum) -> Option<Number> {
    match part.finish().and_then(|p| p.div(whole.finish()?)) {
        Ok(x) => Some(x),
        Err(NumError::TooSmall) => Some(Number::ZERO),
        Err(_) => None,
    }
}
