//! Ranges in words: `> 0`, `0 .. 1`, `any number`.

use super::duty::Obligation;
use super::interval::Interval;
use super::range::{Kind, Range};
use crate::{Program, Ty};
use std::fmt;

impl fmt::Display for Interval {
    /// As a constraint would be written: `>= 0`, `0 .. 1`, `> 0 and <= 5`, `any`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_empty() {
            return f.write_str("none");
        }
        if let Some(x) = self.single() {
            return write!(f, "= {x}");
        }
        match (self.lo, self.hi) {
            (Some(a), Some(b)) if !a.open && !b.open => write!(f, "{} .. {}", a.value, b.value)?,
            (lo, hi) => {
                let sign = |open: bool, strict: &'static str, loose: &'static str| if open { strict } else { loose };
                if let Some(a) = lo {
                    write!(f, "{} {}", sign(a.open, ">", ">="), a.value)?;
                }
                if let Some(b) = hi {
                    let and = if lo.is_some() { " and " } else { "" };
                    write!(f, "{and}{} {}", sign(b.open, "<", "<="), b.value)?;
                }
                if lo.is_none() && hi.is_none() && !self.nonzero {
                    f.write_str("any")?;
                }
            }
        }
        match (self.nonzero, self.lo.is_none() && self.hi.is_none()) {
            (true, true) => f.write_str("!= 0"),
            (true, false) => f.write_str(" and != 0"),
            _ => Ok(()),
        }
    }
}

impl Range {
    /// The range in words, with the unit and the members' names of the type; nothing where nothing is known.
    #[must_use]
    pub fn text(&self, program: &Program, ty: &Ty) -> Option<String> {
        let inner = match ty {
            Ty::Optional(t) => t,
            t => t,
        };
        let unit = match inner {
            Ty::Number(u) | Ty::Split(u) | Ty::Activity { amount: u, .. } => program.units.get(u.ix()),
            _ => None,
        };
        let with_unit = |i: Interval| match unit.map(|u| u.text.as_str()) {
            Some(u) if !u.is_empty() => format!("{i} {u}"),
            _ => i.to_string(),
        };
        match (&self.kind, inner) {
            (Kind::Number(i), _) | (Kind::Activity { amount: i, .. }, _) => Some(with_unit(*i)),
            (Kind::Split(p), _) => Some(with_unit(p.whole().interval)),
            (Kind::Bool { yes, no }, _) if yes != no => Some(yes.to_string()),
            (Kind::Enum(set), Ty::Enum(e)) => {
                let info = program.enums.get(e.ix())?;
                let names: Vec<&str> =
                    set.iter().filter_map(|m| info.members.get(*m as usize)).map(|m| m.id.as_str()).collect();
                (names.len() < info.members.len()).then(|| names.join(", "))
            }
            (Kind::List { count: (lo, hi), .. }, _) => {
                let most = hi.map_or(String::new(), |h| h.to_string());
                Some(format!("count {lo} .. {most}"))
            }
            _ => None,
        }
    }
}

impl Obligation {
    /// What is at stake, with its unit: `>= 0 t{Al}`.
    #[must_use]
    pub fn value(&self, program: &Program) -> String {
        let unit = self.of.and_then(|n| program.nodes.get(n.ix())).and_then(|n| match &n.ty {
            Ty::Number(u) | Ty::Split(u) => program.units.get(u.ix()),
            _ => None,
        });
        match (self.interval, unit.map(|u| u.text.as_str())) {
            (Some(i), Some(u)) if !u.is_empty() => format!("{i} {u}"),
            (Some(i), _) => i.to_string(),
            (None, _) => String::new(),
        }
    }
}
