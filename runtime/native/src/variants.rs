//! Code for columns as they come: a rule is planned once for a layout, and compiled for a few hulls.
//!
//! Guarantees: nobody waits for code that somebody else compiles; the number of layouts and of hulls is bounded. When
//! there are too many hulls, one that holds all of them takes their place. Must not: evaluate anything.

use crate::bound::Hull;
use crate::certified::{Certified, hull};
use crate::columns::Columns;
use crate::kernel::Kernel;
use crate::layout::Layout;
use crate::plan::{NotNative, plan};
use footrule_mir::Program;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, RwLock};

/// Most hulls of one layout.
const MAX_HULLS: usize = 8;
/// Most layouts.
const MAX_LAYOUTS: usize = 24;
/// After so many hulls that could not be compiled for, no other is tried.
const MAX_REFUSED: u32 = 4;

/// A rule, specialised to a layout.
#[derive(Debug)]
pub struct Specialised {
    kernel: Arc<Kernel>,
    codes: RwLock<Vec<Arc<Certified>>>,
    refused: AtomicU32,
}

impl Specialised {
    /// Plans a program that the verifier accepts.
    ///
    /// # Errors
    /// [`NotNative`] if every row would go to the reference.
    pub fn new(program: &Program, layout: &Layout) -> Result<Self, NotNative> {
        let kernel = Arc::new(plan(program, layout)?);
        Ok(Self { kernel, codes: RwLock::default(), refused: AtomicU32::new(0) })
    }

    /// The kernel.
    #[must_use]
    pub fn kernel(&self) -> &Arc<Kernel> {
        &self.kernel
    }

    /// Code for columns that fit the layout; it is made where there is none yet. Nothing if there can be none.
    #[must_use]
    pub fn code(&self, columns: &Columns) -> Option<Arc<Certified>> {
        self.for_hull(hull(&self.kernel, columns))
    }

    /// Code for a hull.
    #[must_use]
    pub fn for_hull(&self, hull: Hull) -> Option<Arc<Certified>> {
        if let Some(known) = self.covering(&hull) {
            return Some(known);
        }
        if self.refused.load(Ordering::Relaxed) >= MAX_REFUSED {
            return None;
        }
        let full = self.codes.read().ok().filter(|all| all.len() >= MAX_HULLS);
        let hull = full.map_or(hull.clone(), |all| all.iter().fold(hull, |h, code| h.union(code.hull())));
        // Compiled outside the lock: others go on with the code that they have.
        let Ok(code) = Certified::new(self.kernel.clone(), hull) else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        let code = Arc::new(code);
        let mut all = self.codes.write().ok()?;
        if let Some(meanwhile) = all.iter().find(|c| c.covers(code.hull())) {
            return Some(meanwhile.clone());
        }
        all.retain(|c| !code.covers(c.hull()));
        if all.len() >= MAX_HULLS {
            all.remove(0);
        }
        all.push(code.clone());
        Some(code)
    }

    fn covering(&self, hull: &Hull) -> Option<Arc<Certified>> {
        self.codes.read().ok()?.iter().find(|c| c.covers(hull)).cloned()
    }
}

/// A layout, and the rule specialised to it where it can be.
type Known = (Layout, Option<Arc<Specialised>>);

/// A rule, specialised to the layouts that come.
#[derive(Debug, Default)]
pub struct Variants {
    all: Mutex<Vec<Known>>,
}

impl Variants {
    /// The rule for a layout; nothing if the reference must do it. The program is the same at every call.
    #[must_use]
    pub fn of(&self, program: &Program, layout: &Layout) -> Option<Arc<Specialised>> {
        {
            let all = self.all.lock().ok()?;
            if let Some((_, known)) = all.iter().find(|(l, _)| l == layout) {
                return known.clone();
            }
            if all.len() >= MAX_LAYOUTS {
                return None;
            }
        }
        let made = Specialised::new(program, layout).ok().map(Arc::new);
        let mut all = self.all.lock().ok()?;
        if let Some((_, known)) = all.iter().find(|(l, _)| l == layout) {
            return known.clone();
        }
        all.push((layout.clone(), made.clone()));
        made
    }
}
