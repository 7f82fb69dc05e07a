//! What a definition asks for: which operands, and under which conditions.
//!
//! Guarantees: an operand that the reference asks for in a row is asked for here; one that is asked for although it need
//! not be costs at most a row that goes to the reference.

use crate::bound::Bounds;
use crate::kernel::{Def, Id, Kernel};

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

/// Which definitions every row asks for.
pub(crate) fn always(kernel: &Kernel, bounds: &Bounds) -> Vec<bool> {
    let mut all = vec![false; kernel.defs.len()];
    let mut open: Vec<Id> = kernel.roots().collect();
    while let Some(id) = open.pop() {
        if !std::mem::replace(&mut all[id.ix()], true) {
            needs(kernel, bounds, id, |o, condition| {
                if condition.is_none() {
                    open.push(o);
                }
            });
        }
    }
    all
}

/// Which definitions may be in doubt: those with a test, and all that ask for such.
pub(crate) fn doubtful(kernel: &Kernel, bounds: &Bounds) -> Vec<bool> {
    let mut may = vec![false; kernel.defs.len()];
    for (at, _) in &bounds.tests {
        may[at.ix()] = true;
    }
    for i in 0..may.len() {
        let mut any = may[i];
        needs(kernel, bounds, Id(i as u32), |o, _| any |= may[o.ix()]);
        may[i] = any;
    }
    may
}
