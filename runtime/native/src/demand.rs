//! Where a definition is demanded: under which conditions something asks for it.
//!
//! Guarantees: a definition that the reference asks for in a row is demanded there; what is demanded without being asked
//! for costs at most a row that goes to the reference.

use crate::bound::Bounds;
use crate::kernel::{Def, Id, Kernel};
use std::collections::{HashMap, HashSet};

/// Most alternatives that are told apart.
const MAX_PATHS: usize = 4;

/// Conditions that hold, or do not, together.
pub(crate) type Path = Vec<(Id, bool)>;

/// Where a definition is demanded.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) enum Demand {
    /// Nowhere.
    #[default]
    Never,
    /// Under one of these paths.
    When(Vec<Path>),
    /// In every row (at every turn).
    Always,
}

impl Demand {
    fn with(&self, condition: Option<(Id, bool)>) -> Self {
        let Some(c) = condition else { return self.clone() };
        match self {
            Self::Never => Self::Never,
            Self::Always => Self::When(vec![vec![c]]),
            Self::When(paths) => {
                let mut out = Vec::new();
                for p in paths {
                    if p.contains(&(c.0, !c.1)) {
                        continue;
                    }
                    let mut p = p.clone();
                    if !p.contains(&c) {
                        p.push(c);
                        p.sort_unstable();
                    }
                    out.push(p);
                }
                if out.is_empty() { Self::Never } else { Self::When(out) }
            }
        }
    }

    fn join(&mut self, other: Self) {
        *self = match (std::mem::take(self), other) {
            (Self::Always, _) | (_, Self::Always) => Self::Always,
            (Self::Never, x) | (x, Self::Never) => x,
            (Self::When(mut a), Self::When(b)) => {
                for p in b {
                    if !a.contains(&p) {
                        a.push(p);
                    }
                }
                if a.len() > MAX_PATHS { Self::Always } else { Self::When(a) }
            }
        };
    }
}

/// The operands that a definition needs, and under which condition; what is known not to matter is left out.
pub(crate) fn needs(kernel: &Kernel, bounds: &Bounds, id: Id, mut f: impl FnMut(Id, Option<(Id, bool)>)) {
    match kernel.def(id) {
        Def::Select(c, a, b) => {
            f(*c, None);
            match bounds.bool(*c) {
                Some(known) => f(if known { *a } else { *b }, None),
                None => {
                    f(*a, Some((*c, true)));
                    f(*b, Some((*c, false)));
                }
            }
        }
        Def::And(a, b) | Def::Or(a, b) => {
            let goes_on = matches!(kernel.def(id), Def::And(..));
            f(*a, None);
            match bounds.bool(*a) {
                Some(known) if known == goes_on => f(*b, None),
                Some(_) => {}
                None => f(*b, Some((*a, goes_on))),
            }
        }
        Def::Fold(_, terms) => {
            for t in terms {
                match t.when {
                    None => f(t.value, None),
                    Some(w) => {
                        f(w, None);
                        match bounds.bool(w) {
                            Some(true) => f(t.value, None),
                            Some(false) => {}
                            None => f(t.value, Some((w, true))),
                        }
                    }
                }
            }
        }
        def => def.each_operand(|o| f(o, None)),
    }
}

/// Where each definition is demanded.
pub(crate) fn demands(kernel: &Kernel, bounds: &Bounds) -> Vec<Demand> {
    let mut all = vec![Demand::Never; kernel.defs.len()];
    for id in kernel.roots() {
        all[id.ix()] = Demand::Always;
    }
    for i in (0..kernel.defs.len()).rev() {
        if all[i] == Demand::Never {
            continue;
        }
        let own = all[i].clone();
        let mut found: Vec<(Id, Demand)> = Vec::new();
        needs(kernel, bounds, Id(i as u32), |o, c| found.push((o, own.with(c))));
        for (o, d) in found {
            all[o.ix()].join(d);
        }
    }
    untangle(kernel, &mut all);
    all
}

/// Drops conditions that cannot be known where a definition stands, so that it is demanded in more rows: those of an item,
/// where it has one value for the row; and inside a loop those that depend on the definition, since a fold would have to be
/// computed before its own items. (Whoever asks for such a condition asks for the definition, too.)
fn untangle(kernel: &Kernel, all: &mut [Demand]) {
    let mut known: HashMap<Id, HashSet<Id>> = HashMap::new();
    for (i, demand) in all.iter_mut().enumerate() {
        let id = Id(i as u32);
        let Demand::When(paths) = demand else { continue };
        let scope = kernel.scope(id);
        for path in paths.iter_mut() {
            path.retain(|(c, _)| kernel.scope(*c).iter().all(|l| scope.contains(l)));
            if !scope.is_empty() {
                path.retain(|(c, _)| !known.entry(*c).or_insert_with(|| below(kernel, *c)).contains(&id));
            }
        }
        if paths.iter().any(Vec::is_empty) {
            *demand = Demand::Always;
        }
    }
}

/// A definition and all that it is computed from.
fn below(kernel: &Kernel, id: Id) -> HashSet<Id> {
    let mut seen = HashSet::from([id]);
    let mut open = vec![id];
    while let Some(next) = open.pop() {
        kernel.def(next).each_operand(|o| {
            if seen.insert(o) {
                open.push(o);
            }
        });
    }
    seen
}
