//! Native evaluators against the truth, row by row, and what that came to.
//!
//! The truth of a row is what [`Decimal`] says of it, the kernel in the reference's own arithmetic; a part of the rows is
//! evaluated by the reference itself, and so is every row on which two evaluators differ. Guarantees: a figure that is
//! sure and wrong, and a row that is sure and refused, are found. Must not: know of one evaluator more than its name.

pub mod bulk;

use crate::fuzz::Rng;
use crate::native::{Case, columns, reference};
use footrule_mir::Program;
use footrule_native::bound::Method;
use footrule_native::certified::{Answers, Certified, Work, hull};
use footrule_native::columns::Columns;
use footrule_native::decimal::{Decimal, Row, Scalar};
use footrule_native::exact::Exact;
use footrule_native::kernel::Words;
use footrule_native::{Kernel, Layout, plan};
use footrule_number::Number;
use std::collections::BTreeMap;
use std::sync::Arc;

/// An evaluator of one kernel over the hull of some columns.
pub type Run = Box<dyn Fn(&Columns) -> Answers>;

/// A native evaluator: its name, and how it is made for a kernel and a hull.
pub struct Native {
    /// Its name.
    pub name: &'static str,
    /// Compiles it.
    pub make: fn(&Arc<Kernel>, &Columns) -> Result<Run, String>,
}

/// The native evaluators that there are.
pub const NATIVES: &[Native] = &[
    Native { name: "certified", make: certified },
    Native { name: "settled", make: settled },
    Native { name: "running", make: running },
    Native { name: "exact", make: exact },
];

fn exact(kernel: &Arc<Kernel>, columns: &Columns) -> Result<Run, String> {
    let code = Exact::new(kernel.clone(), &hull(kernel, columns)).map_err(|e| e.to_string())?;
    Ok(Box::new(move |columns| code.run(columns, &(0..columns.rows as u32).collect::<Vec<_>>())))
}

fn certified(kernel: &Arc<Kernel>, columns: &Columns) -> Result<Run, String> {
    let code = Certified::new(kernel.clone(), hull(kernel, columns)).map_err(|e| e.to_string())?;
    Ok(Box::new(move |columns| code.run(columns, &mut Work::default())))
}

/// The same with the code for many rows.
fn settled(kernel: &Arc<Kernel>, columns: &Columns) -> Result<Run, String> {
    let code = Certified::new(kernel.clone(), hull(kernel, columns)).map_err(|e| e.to_string())?;
    code.settle();
    Ok(Box::new(move |columns| code.run(columns, &mut Work::default())))
}

/// The certified evaluator as it is where static bounds are too wide.
fn running(kernel: &Arc<Kernel>, columns: &Columns) -> Result<Run, String> {
    let code =
        Certified::with(kernel.clone(), hull(kernel, columns), Method::Running, 1.0).map_err(|e| e.to_string())?;
    Ok(Box::new(move |columns| code.run(columns, &mut Work::default())))
}

/// What one evaluator said of some rows.
#[derive(Debug, Default, Clone, Copy)]
pub struct Count {
    /// Rows that were compared with the truth.
    pub rows: usize,
    /// Sure, and right.
    pub sure: usize,
    /// Not sure of a row that has a result.
    pub fell_back: usize,
    /// Not sure of a row that is refused.
    pub refused: usize,
}

/// What a run came to.
#[derive(Debug, Default)]
pub struct Tally {
    /// By source of the rules and evaluator.
    pub counts: BTreeMap<(&'static str, &'static str), Count>,
    /// By source: programs that were seen, kernels that were planned, rows that the reference itself evaluated, results that
    /// it has where the kernel has none.
    pub sources: BTreeMap<&'static str, [usize; 4]>,
    /// Why a program has no kernel, or a kernel no evaluator.
    pub why: BTreeMap<String, usize>,
    /// What plans did not understand, by source of the rules: in how many kernels.
    pub gaps: BTreeMap<(&'static str, &'static str), usize>,
    /// What was wrong.
    pub wrong: Vec<String>,
    /// Operations of programs, and definitions of kernels, that were met.
    pub met: BTreeMap<String, usize>,
}

impl Tally {
    /// Adds another.
    pub fn add(&mut self, other: Self) {
        self.wrong.extend(other.wrong);
        for (k, c) in other.counts {
            let mine = self.counts.entry(k).or_default();
            *mine = Count {
                rows: mine.rows + c.rows,
                sure: mine.sure + c.sure,
                fell_back: mine.fell_back + c.fell_back,
                refused: mine.refused + c.refused,
            };
        }
        for (k, n) in other.sources {
            let mine = self.sources.entry(k).or_default();
            mine.iter_mut().zip(n).for_each(|(m, n)| *m += n);
        }
        for (k, n) in other.why {
            *self.why.entry(k).or_default() += n;
        }
        for (k, n) in other.gaps {
            *self.gaps.entry(k).or_default() += n;
        }
        for (k, n) in other.met {
            *self.met.entry(k).or_default() += n;
        }
    }

    /// Rows that evaluators were asked for.
    #[must_use]
    pub fn evaluations(&self) -> usize {
        self.counts.values().map(|c| c.rows).sum()
    }
}

/// The name of a variant.
pub fn variant(x: &impl std::fmt::Debug) -> String {
    let text = format!("{x:?}");
    text.split(['(', '{', ' ']).next().unwrap_or_default().to_owned()
}

/// How much is done with a program.
#[derive(Debug, Clone, Copy)]
pub struct Effort {
    /// Rows in each bulk.
    pub rows: usize,
    /// Rows of each bulk that the reference evaluates.
    pub checked: usize,
}

/// Definitions that are evaluated for one bulk, about.
const MOST_WORK: usize = 1_000_000;

/// Definitions of a large kernel.
const LARGE: usize = 400;

/// Compares every evaluator on rows of one shape, and on many made of them.
///
/// # Errors
/// The first row of which an evaluator is sure and wrong.
pub fn batch(
    source: &'static str,
    program: &Program,
    seeds: &[Case],
    effort: Effort,
    natives: &[Native],
    rng: &mut Rng,
    tally: &mut Tally,
) -> Result<(), String> {
    let (layout, first) = match columns(program, seeds) {
        Ok(x) => x,
        Err(e) => {
            return {
                *tally.why.entry(without_name(&e)).or_default() += 1;
                Ok(())
            };
        }
    };
    let mut layout = layout;
    let mut planned = plan(program, &layout);
    // Mostly only some figures are wanted, as in a batch: then the others need not be certain.
    if let (Ok(k), true) = (&planned, rng.below(5) > 0) {
        let names = || k.outputs.iter().map(|o| o.name.as_str()).filter(|n: &&str| !n.ends_with('?'));
        let figures: Vec<&str> = names().filter(|n| !n.contains("gas.") || rng.below(8) == 0).collect();
        let some = (0..1 + rng.below(2)).filter_map(|_| figures.get(rng.below(figures.len())));
        layout.outputs = Some(some.map(|n| (*n).to_owned()).collect());
        planned = plan(program, &layout);
    }
    let kernel = match planned {
        Ok(k) => Arc::new(k),
        Err(e) => {
            return {
                *tally.why.entry(without_name(&e.to_string())).or_default() += 1;
                Ok(())
            };
        }
    };
    tally.sources.entry(source).or_default()[1] += 1;
    for gap in &kernel.gaps {
        *tally.gaps.entry((source, gap)).or_default() += 1;
    }
    for def in &kernel.defs {
        *tally.met.entry(format!("Def::{}", variant(def))).or_default() += 1;
    }
    // A large kernel, or long lists, on fewer rows.
    let items = first.offsets.iter().filter_map(|o| o.last()).sum::<u32>() as usize / first.rows.max(1);
    let cost = kernel.defs.len() * (1 + items);
    let rows = (MOST_WORK / cost.max(1)).clamp(40, effort.rows);
    let at = At { source, program, layout: &layout, kernel: &kernel };
    // The seeds as they are, all of them by the reference, then what is made of them.
    let large = kernel.defs.len() > LARGE;
    at.compare(&first, &|r| seeds.get(r).cloned(), seeds.len(), if large { &[] } else { natives }, tally)?;
    // Code for a large kernel takes seconds to compile without optimisation: once is enough.
    for kind in bulk::KINDS.iter().take(if large { 1 } else { 3 }) {
        let many = bulk::make(&kernel, &layout, &first, *kind, rows, rng);
        let case = |r: usize| bulk::case(program, &layout, &many, r);
        at.compare(&many, &case, effort.checked, natives, tally)?;
    }
    Ok(())
}

/// A reason without the name in front of it.
fn without_name(why: &str) -> String {
    match why.split_once(' ') {
        Some((name, rest)) if name.contains(['.', '[', '_']) => format!("… {rest}"),
        _ => why.to_owned(),
    }
}

/// What is compared.
struct At<'a> {
    source: &'static str,
    program: &'a Program,
    layout: &'a Layout,
    kernel: &'a Arc<Kernel>,
}

impl At<'_> {
    fn compare(
        &self,
        columns: &Columns,
        case: &dyn Fn(usize) -> Option<Case>,
        checked: usize,
        natives: &[Native],
        tally: &mut Tally,
    ) -> Result<(), String> {
        columns.fit(self.layout).map_err(|e| e.to_string())?;
        let mut decimal = Decimal::new(self.kernel);
        let whole = columns.for_kernel(self.kernel);
        let truth: Vec<Option<Row>> = (0..columns.rows).map(|r| decimal.row(&whole, r)).collect();
        let step = (columns.rows / checked.max(1)).max(1);
        for r in (0..columns.rows).step_by(step) {
            let Some(case) = case(r) else { continue };
            let found = reference(self.program, self.kernel, &case);
            let counts = tally.sources.entry(self.source).or_default();
            counts[2] += 1;
            counts[3] += usize::from(found.is_some() && truth[r].is_none());
            kernel_agrees(self.kernel, truth[r].as_ref(), found.as_ref())
                .map_err(|e| format!("the kernel: {e}\n{case:?}"))?;
        }
        for native in natives {
            let run = match (native.make)(self.kernel, columns) {
                Ok(run) => run,
                Err(e) => {
                    *tally.why.entry(format!("{}: {e}", native.name)).or_default() += 1;
                    continue;
                }
            };
            let answers = run(columns);
            if answers.sure.len() != columns.rows {
                return Err(format!("{} answered {} of {} rows", native.name, answers.sure.len(), columns.rows));
            }
            let count = tally.counts.entry((self.source, native.name)).or_default();
            count.rows += columns.rows;
            for (r, truth) in truth.iter().enumerate() {
                if !answers.sure[r] {
                    count.fell_back += usize::from(truth.is_some());
                    count.refused += usize::from(truth.is_none());
                    continue;
                }
                count.sure += 1;
                let Err(e) = agrees(self.kernel, &answers, r, truth.as_ref()) else { continue };
                let case = case(r).ok_or_else(|| e.clone())?;
                let found = reference(self.program, self.kernel, &case);
                return Err(format!("{} is sure and wrong: {e}; the reference says {found:?}\n{case:?}", native.name));
            }
        }
        Ok(())
    }
}

/// Whether figures differ; one that is not listed is zero.
fn differs(found: &[String], want: &[String]) -> bool {
    let nothing = |f: &str, w: &str| w.is_empty() && Number::parse(f).is_ok_and(Number::is_zero);
    found.iter().zip(want).any(|(f, w)| f != w && !nothing(f, w))
}

/// A sure row against the kernel's own figures.
///
/// # Errors
/// The figure, or the warning, that differs.
pub fn agrees(kernel: &Kernel, answers: &Answers, r: usize, row: Option<&Row>) -> Result<(), String> {
    let Some(row) = row else { return Err("sure of a row that is refused".into()) };
    for (k, o) in kernel.outputs.iter().enumerate() {
        let found = answers.figures[k].number(r);
        let want = match (row.outputs[k], o.round) {
            (Scalar::Number(x), Some(round)) if round.significant => {
                x.round_significant(round.digits).ok().map(|x| x.0)
            }
            (Scalar::Number(x), Some(round)) => Some(x.round_decimals(round.digits)),
            (Scalar::Bool(b), _) => Some(Number::from(-i64::from(b))),
            _ => None,
        };
        if found != want {
            return Err(format!("{} is {found:?}, not {want:?}", o.name));
        }
    }
    if answers.words.iter().map(|w| w[r]).ne(row.words.iter().copied()) {
        return Err("a text differs".into());
    }
    if answers.holds.iter().map(|h| h[r]).ne(row.holds.iter().copied()) {
        return Err("a warning differs".into());
    }
    Ok(())
}

/// What the kernel says of a row against the reference.
fn kernel_agrees(kernel: &Kernel, row: Option<&Row>, found: Option<&(Vec<String>, Vec<String>)>) -> Result<(), String> {
    let (row, (figures, warnings)) = match (row, found) {
        (None, _) => return Ok(()),
        (Some(_), None) => return Err("the reference refuses the row".into()),
        (Some(row), Some(found)) => (row, found),
    };
    let text = |(o, found): (&footrule_native::kernel::Output, &Scalar)| match (found, o.round) {
        (Scalar::Number(x), Some(round)) if round.significant => {
            x.round_significant(round.digits).map(|(x, d)| x.to_fixed(d)).unwrap_or_default()
        }
        (Scalar::Number(x), Some(round)) => x.to_fixed(round.digits),
        (Scalar::Bool(b), _) => b.to_string(),
        _ => String::new(),
    };
    let word = |(w, of): (&Words, &u32)| w.of.get(*of as usize).cloned().unwrap_or_default();
    let words = kernel.words.iter().zip(&row.words).map(word);
    let mine: Vec<String> = kernel.outputs.iter().zip(&row.outputs).map(text).chain(words).collect();
    if differs(&mine, figures) {
        let all = kernel.outputs.iter().zip(mine.iter().zip(figures));
        let one = |m: &String, f: &String| differs(std::slice::from_ref(m), std::slice::from_ref(f));
        let wrong: Vec<String> = all
            .filter(|(_, (m, f))| one(m, f))
            .map(|(o, (m, f))| format!("{} is {m}, the reference says {f}", o.name))
            .collect();
        return Err(wrong.join("; "));
    }
    warnings_agree(kernel, &row.holds, warnings)
}

/// The warnings of a kernel that fire against those that the reference tells, by name.
///
/// # Errors
/// Both, if they differ.
pub fn warnings_agree(kernel: &Kernel, holds: &[bool], told: &[String]) -> Result<(), String> {
    let fires = kernel.warnings.iter().zip(holds).filter(|(_, holds)| !**holds);
    let mut fires: Vec<&str> = fires.map(|(w, _)| w.name.as_str()).collect();
    let mut told: Vec<&str> = told.iter().map(String::as_str).collect();
    fires.sort_unstable();
    told.sort_unstable();
    if fires != told {
        return Err(format!("the warnings {fires:?} fire, the reference tells {told:?}"));
    }
    Ok(())
}
