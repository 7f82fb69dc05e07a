//! Serialisation: a number is a string in plain notation, a ratio is `"p/q"` or `"p"`.
//!
//! Guarantees: what is written reads back as the same value. Must not: pass through a float, or
//! accept a text that [`Number::parse`] refuses.

use crate::{Number, Ratio};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

impl Serialize for Number {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        Self::parse(&text).map_err(|e| D::Error::custom(format!("{text:?}: {e:?}")))
    }
}

impl Serialize for Ratio {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Ratio {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = String::deserialize(d)?;
        let (p, q) = text.split_once('/').unwrap_or((&text, "1"));
        let ratio = p.parse().ok().zip(q.parse().ok()).and_then(|(p, q)| Self::new(p, q));
        ratio.ok_or_else(|| D::Error::custom(format!("{text:?} is no ratio")))
    }
}
