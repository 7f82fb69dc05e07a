//! Evidence that says whether data are primary, in a column beside the value (`coal.primary`).
//!
//! CO2e that is given is secondary unless it is said to be primary; a given number is primary unless it is said not to be. Where
//! it differs from row to row CO2e has a part for each. Guarantees: as the reference reads it from a document.

use super::Plan;
use super::marks::{Mark, Marks};
use super::sym::{Part, Parts, Sym, merged};
use crate::kernel::{Def, Id};
use crate::layout::Kind;
use footrule_mir::Evidence;

impl Plan<'_> {
    /// Where something is said of what stands at a path, and whether it is that it is primary.
    pub(super) fn said_primary(&mut self, path: &str) -> Option<(Id, Id)> {
        let path = format!("{path}.primary");
        self.layout.column(&path)?;
        let found = self.in_column(&path, |b, c, kind| (kind == Kind::Flag).then(|| Sym::Bool(b.add(Def::Flag(c)))));
        let (yes, no) = (self.b.bool(true), self.b.bool(false));
        Some(match found {
            Sym::Maybe(there, v) => {
                let is = v.bool(&mut self.b);
                (there, self.b.add(Def::Select(there, is, no)))
            }
            v => (yes, v.bool(&mut self.b)),
        })
    }

    /// CO2e that is primary where one of these paths says so.
    pub(super) fn as_said(&mut self, value: Sym, paths: &[&str]) -> Sym {
        let mut primary = self.b.bool(false);
        for path in paths {
            if let Some((_, is)) = self.said_primary(path) {
                primary = self.b.add(Def::Or(primary, is));
            }
        }
        if self.b.known_bool(primary) == Some(false) { value } else { self.evident(value, primary) }
    }

    fn evident(&mut self, value: Sym, primary: Id) -> Sym {
        match value {
            Sym::Split(parts) => Sym::Split(self.parts_evident(&parts, primary)),
            Sym::Maybe(p, v) => Sym::Maybe(p, self.evident((*v).clone(), primary).into()),
            other => other,
        }
    }

    fn parts_evident(&mut self, parts: &Parts, primary: Id) -> Parts {
        let mut out: Vec<Part> = Vec::with_capacity(2 * parts.len());
        for p in parts.iter() {
            match p.key.evidence {
                Evidence::Secondary => out.extend(self.either(p, primary)),
                Evidence::Primary => out.push(*p),
            }
        }
        merged(&mut self.b, self.program.gases.len(), out).with(parts.terms().clone())
    }

    /// That a number is given, of this score; and where it is said to be secondary.
    pub(super) fn given_marks(&mut self, score: Id, paths: &[&str]) -> Marks {
        let mut secondary = self.b.bool(false);
        for path in paths {
            if let Some((there, is)) = self.said_primary(path) {
                let not = self.b.add(Def::Not(is));
                let said = self.b.add(Def::And(there, not));
                secondary = self.b.add(Def::Or(secondary, said));
            }
        }
        let mut marks = vec![(Mark::Given(score), None)];
        if self.b.known_bool(secondary) != Some(false) {
            marks.push((Mark::Secondary, Some(secondary)));
        }
        marks.into()
    }
}
