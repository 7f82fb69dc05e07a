//! Rows of a chunk that differ in what stands beside their inputs: their period, scenario or GWP set. Native code is made for
//! one of each, so rows that agree are taken out, evaluated together, and put back.
//!
//! Guarantees: rows and findings are in the order of the chunk. Must not: evaluate.

use crate::bind::Target;
use crate::cell::{self, Leaf};
use crate::evaluate::{Evaluated, Setup};
use crate::read::Chunk;
use arrow_array::UInt32Array;
use arrow_schema::ArrowError;
use arrow_select::interleave::interleave;
use arrow_select::take::take_record_batch;
use std::collections::HashMap;

/// Keys of the document that code is made for.
const KEYS: [&str; 3] = ["period", "scenario", "gwp"];
/// For fewer rows no code is made.
const LEAST_ROWS: usize = 16;

/// Rows that belong together, ascending; those of the last group need the reference if `rest` is true.
pub(super) struct Groups {
    all: Vec<Vec<u32>>,
    pub rest: bool,
}

/// The groups of a chunk; nothing if all its rows agree.
pub(super) fn groups(setup: Setup<'_>, chunk: &Chunk) -> Option<Groups> {
    let leaves: Vec<Leaf> = setup
        .binding
        .columns
        .iter()
        .filter(|b| matches!(b.target, Target::Top(key) if KEYS.contains(&key)) && !setup.replaced(b))
        .map(|b| Leaf::of(chunk.batch.columns(), &b.at))
        .collect::<Option<_>>()?;
    let same = |leaf: &Leaf| {
        let text = |i: usize| if leaf.is_null(i) { None } else { cell::text(&leaf.array, i) };
        (1..leaf.array.len()).all(|i| text(i) == text(0))
    };
    if leaves.iter().all(same) {
        return None;
    }
    let mut of: HashMap<Vec<Option<String>>, usize> = HashMap::new();
    let mut all: Vec<Vec<u32>> = Vec::new();
    for i in 0..u32::try_from(chunk.batch.num_rows()).ok()? {
        let text = |leaf: &Leaf| {
            let i = i as usize;
            cell::filled(leaf, i).then(|| cell::text(&leaf.array, i).unwrap_or_default().into_owned())
        };
        let next = all.len();
        let group = *of.entry(leaves.iter().map(text).collect()).or_insert(next);
        if group == next {
            all.push(Vec::new());
        }
        all[group].push(i);
    }
    if all.len() < 2 {
        return None;
    }
    let (mut all, few): (Vec<_>, Vec<_>) = all.into_iter().partition(|rows| rows.len() >= LEAST_ROWS);
    let rest = !few.is_empty();
    if rest {
        let mut few = few.concat();
        few.sort_unstable();
        all.push(few);
    }
    Some(Groups { all, rest })
}

impl Groups {
    /// The chunks of the groups.
    pub(super) fn chunks(&self, chunk: &Chunk) -> Result<Vec<Chunk>, ArrowError> {
        let part = |rows: &Vec<u32>| {
            let batch = take_record_batch(&chunk.batch, &UInt32Array::from(rows.clone()))?;
            let place = |i: usize| rows.binary_search(&u32::try_from(i).ok()?).ok();
            let refused = chunk.refused.iter().filter_map(|(i, e)| Some((place(*i)?, e.clone()))).collect();
            Ok(Chunk { first_row: chunk.first_row, batch, refused, done: chunk.done })
        };
        self.all.iter().map(part).collect()
    }

    /// What came of the groups, as what came of the chunk.
    pub(super) fn joined(&self, parts: &[Evaluated]) -> Result<Evaluated, ArrowError> {
        let mut rows: Vec<(usize, (usize, usize))> = Vec::new();
        let mut refused = Vec::new();
        for (group, (own, part)) in self.all.iter().zip(parts).enumerate() {
            let row = |i: usize| own[i] as usize;
            rows.extend(part.rows.iter().enumerate().map(|(k, i)| (row(*i), (group, k))));
            refused.extend(part.refused.iter().map(|(i, e)| (row(*i), e.clone())));
        }
        rows.sort_unstable();
        // Findings of one row stay in their order.
        refused.sort_by_key(|(row, _)| *row);
        let places: Vec<(usize, usize)> = rows.iter().map(|(_, place)| *place).collect();
        let width = parts.first().map_or(0, |p| p.columns.len());
        let column = |k: usize| interleave(&parts.iter().map(|p| p.columns[k].as_ref()).collect::<Vec<_>>(), &places);
        let columns = (0..width).map(column).collect::<Result<_, _>>()?;
        Ok(Evaluated { rows: rows.into_iter().map(|(row, _)| row).collect(), columns, refused })
    }
}
