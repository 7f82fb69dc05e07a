//! The rating that a datum or a source states about itself, from 1 (best) to 5: the mean of four indicators
//! (technological, geographical and temporal representativeness, precision), or the rating itself.
//!
//! Guarantees: one reading for input data and for sources; an incomplete or impossible rating is refused, never guessed.

use footrule_diag::{Text, text};
use footrule_number::{Number, sum};

/// The indicators, by the names that data may use.
pub const INDICATORS: [[&str; 2]; 4] =
    [["ter", "technological"], ["gr", "geographical"], ["tir", "temporal"], ["p", "precision"]];

/// Every name of an indicator.
pub fn indicators() -> impl Iterator<Item = &'static str> {
    INDICATORS.into_iter().flatten()
}

/// The rating in flat entries (`quality`, or `quality.ter` and the other indicators), if there is one.
///
/// # Errors
/// What is wrong with it, in words.
pub fn rating<'a>(entries: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Option<Number>, Text> {
    let mut whole = None;
    let mut four: [Option<Number>; 4] = [None; 4];
    for (key, value) in entries {
        if key == "quality" {
            whole = Some(score(value)?);
            continue;
        }
        let of = |i: &[&str; 2]| key.strip_prefix("quality.").is_some_and(|k| i.contains(&k));
        if let Some(slot) = INDICATORS.iter().position(of).and_then(|i| four.get_mut(i)) {
            if slot.is_some() {
                let key = key.trim_start_matches("quality.");
                return Err(text!("数据质量的 {key} 给了两次", "the indicator {key} of the quality is given twice"));
            }
            *slot = Some(score(value)?);
        }
    }
    let given: Vec<Number> = four.iter().flatten().copied().collect();
    match (whole, given.len()) {
        (None, 0) => Ok(None),
        (Some(x), 0) => Ok(Some(x)),
        (None, 4) => mean(&given).map(Some),
        _ => {
            let lacking = INDICATORS.iter().zip(&four).filter(|(_, x)| x.is_none()).map(|([short, _], _)| *short);
            let lacking = lacking.collect::<Vec<_>>().join(", ");
            Err(text!(
                "数据质量缺少 {lacking}：四个指标要么都给，要么都不给",
                "the quality lacks {lacking}: give all four indicators or none"
            ))
        }
    }
}

fn mean(four: &[Number]) -> Result<Number, Text> {
    let mean = sum(four.iter().copied()).and_then(|s| s.div(Number::from(4)));
    mean.map_err(|e| text!("数据质量：{e}", "quality: {e}"))
}

fn score(text: &str) -> Result<Number, Text> {
    let read = text.trim().parse::<Number>().ok();
    let fits = |x: &Number| *x >= Number::ONE && *x <= Number::from(5);
    read.filter(fits).ok_or_else(|| {
        text!("数据质量 `{text}` 不在 1（最好）至 5 之间", "the quality score `{text}` is not from 1 (best) to 5")
    })
}
