//! Code for columns as they come: a rule is planned once for a layout, and compiled for a few hulls.
//!
//! Guarantees: nobody waits for code that somebody else compiles; the number of layouts and of hulls is bounded. When
//! there are too many hulls, one that holds all of them takes their place. Must not: evaluate anything.

use crate::answers::Answers;
use crate::bound::{Hull, Method};
use crate::certified::{Certified, Marks, Work};
use crate::columns::Columns;
use crate::exact::Exact;
use crate::kernel::Kernel;
use crate::layout::Layout;
use crate::plan::{NotNative, plan};
use footrule_mir::Program;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex, RwLock};

/// Most hulls of one layout.
const MAX_HULLS: usize = 8;
/// Most layouts.
const MAX_LAYOUTS: usize = 96;
/// After so many hulls that could not be compiled for, no other is tried.
const MAX_REFUSED: u32 = 4;

/// Fewer rows are not worth a second code.
const LEAST_ROWS: usize = 64;
/// Of so many rows one may be left by code with static bounds.
const PART_LEFT: usize = 8;

/// Code of one kind, each for a hull.
#[derive(Debug)]
struct Codes<T> {
    all: RwLock<Vec<(Hull, Arc<T>)>>,
    refused: AtomicU32,
}

impl<T> Codes<T> {
    fn new() -> Self {
        Self { all: RwLock::new(Vec::new()), refused: AtomicU32::new(0) }
    }

    fn covering(&self, hull: &Hull) -> Option<Arc<T>> {
        let all = self.all.read().ok()?;
        all.iter().find(|(h, _)| h.covers(hull)).map(|(_, code)| code.clone())
    }

    /// Code for a hull; it is made where there is none yet.
    fn get(&self, hull: Hull, make: impl Fn(&Hull) -> Option<T>) -> Option<Arc<T>> {
        if let Some(known) = self.covering(&hull) {
            return Some(known);
        }
        if self.refused.load(Ordering::Relaxed) >= MAX_REFUSED {
            return None;
        }
        let hull = match self.all.read().ok()?.as_slice() {
            all if all.len() >= MAX_HULLS => all.iter().fold(hull, |h, (other, _)| h.union(other)),
            _ => hull,
        };
        // Compiled outside the lock: others go on with the code that they have.
        let Some(code) = make(&hull).map(Arc::new) else {
            self.refused.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        let mut all = self.all.write().ok()?;
        if let Some((_, meanwhile)) = all.iter().find(|(h, _)| h.covers(&hull)) {
            return Some(meanwhile.clone());
        }
        all.retain(|(h, _)| !hull.covers(h));
        if all.len() >= MAX_HULLS {
            all.remove(0);
        }
        all.push((hull, code.clone()));
        Some(code)
    }
}

/// A rule, specialised to a layout.
#[derive(Debug)]
pub struct Specialised {
    kernel: Arc<Kernel>,
    marks: Marks,
    certified: Codes<Certified>,
    /// Certified code with running bounds, where that with static ones leaves too many rows.
    running: Codes<Certified>,
    /// Whether it was the better one when both were tried.
    runs_better: AtomicBool,
    exact: Codes<Exact>,
}

impl Specialised {
    /// Plans a program that the verifier accepts.
    ///
    /// # Errors
    /// [`NotNative`] if every row would go to the reference.
    pub fn new(program: &Program, layout: &Layout) -> Result<Self, NotNative> {
        let kernel = Arc::new(plan(program, layout)?);
        let marks = Marks::of(&kernel);
        let runs_better = AtomicBool::new(false);
        Ok(Self { kernel, marks, certified: Codes::new(), running: Codes::new(), runs_better, exact: Codes::new() })
    }

    /// The kernel.
    #[must_use]
    pub fn kernel(&self) -> &Arc<Kernel> {
        &self.kernel
    }

    /// The hull of columns that fit the layout.
    #[must_use]
    pub fn hull(&self, columns: &Columns) -> Hull {
        self.marks.hull(&columns.for_kernel(&self.kernel))
    }

    /// What native code says of columns that fit the layout and lie within a hull: certified code of all rows, exact code
    /// of those that it leaves, but for those that are to be passed over.
    #[must_use]
    pub fn answers(&self, columns: &Columns, hull: Hull, pass_over: impl Fn(usize) -> bool) -> Answers {
        // Columns that are made of others are made once.
        let columns = &*columns.for_kernel(&self.kernel);
        let certified = self.by_bounds(columns, &hull);
        let mut all = certified.unwrap_or_else(|| Answers::unsure(&self.kernel, columns.rows));
        // There are not more than 2^32 rows: offsets and positions are 32 bits wide.
        let rows = 0..u32::try_from(columns.rows).unwrap_or(0);
        let left: Vec<u32> = rows.filter(|r| !all.sure[*r as usize] && !pass_over(*r as usize)).collect();
        if let Some(exact) = Some(hull).filter(|_| !left.is_empty()).and_then(|h| self.exact(h)) {
            all.complete(&left, &exact.run(columns, &left));
        }
        all
    }

    /// What certified code says: with running bounds, too, where it leaves many rows with static ones.
    fn by_bounds(&self, columns: &Columns, hull: &Hull) -> Option<Answers> {
        let run = |code: Arc<Certified>| code.run(columns, &mut Work::default());
        if self.runs_better.load(Ordering::Relaxed)
            && let Some(code) = self.running(hull)
        {
            return Some(run(code));
        }
        let code = self.certified(hull.clone())?;
        let is_running = code.is_running();
        let first = run(code);
        let left = first.sure.iter().filter(|s| !**s).count();
        if is_running || columns.rows < LEAST_ROWS || left * PART_LEFT < columns.rows {
            return Some(first);
        }
        let Some(code) = self.running(hull) else { return Some(first) };
        let second = run(code);
        let still = second.sure.iter().filter(|s| !**s).count();
        if still * 2 > left {
            return Some(first);
        }
        self.runs_better.store(true, Ordering::Relaxed);
        Some(second)
    }

    fn running(&self, hull: &Hull) -> Option<Arc<Certified>> {
        let make = |h: &Hull| Certified::with(self.kernel.clone(), h.clone(), Method::Running, 1.0).ok();
        self.running.get(hull.clone(), make)
    }

    /// Certified code for a hull. Nothing if there can be none.
    #[must_use]
    pub fn certified(&self, hull: Hull) -> Option<Arc<Certified>> {
        self.certified.get(hull, |h| Certified::new(self.kernel.clone(), h.clone()).ok())
    }

    /// Exact code for a hull, for the rows of which certified code is not sure. Nothing if there can be none.
    #[must_use]
    pub fn exact(&self, hull: Hull) -> Option<Arc<Exact>> {
        self.exact.get(hull, |h| Exact::new(self.kernel.clone(), h).ok())
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
