//! Loops and folds over them.
//!
//! Guarantees: iterates; only the number of levels nests. A failing list or filter is a failure of the fold; a
//! failing body is one where the fold reads it.

use super::{Interp, Slot};
use crate::touch::Touches;
use crate::value::{Errs, FailKind, SplitSum, Value};
use footrule_mir::{Fold, Loop, NodeId, Part, PlaceId, Series, Ty};
use footrule_number::{NumError, Number, Sum};
use std::ops::ControlFlow;

/// What a run over a loop met besides the bodies.
#[derive(Default)]
pub(crate) struct Run {
    pub errs: Vec<Errs>,
    pub touches: Touches,
}

impl<'p> Interp<'p> {
    /// Calls `visit` for each combination of items that passes the filters, in order. A failing list or filter is
    /// noted; with `stop` it ends the loop.
    pub(crate) fn each(&mut self, l: &'p Loop, stop: bool, visit: &mut dyn FnMut(&mut Self) -> ControlFlow<()>) -> Run {
        let mut run = Run::default();
        let _ = self.level(l, 0, stop, visit, &mut run);
        run
    }

    fn level(
        &mut self,
        l: &'p Loop,
        depth: usize,
        stop: bool,
        visit: &mut dyn FnMut(&mut Self) -> ControlFlow<()>,
        run: &mut Run,
    ) -> ControlFlow<()> {
        let Some(level) = l.levels.get(depth) else {
            return visit(self);
        };
        let list = self.region(level.list);
        run.touches.absorb(&list.touches.settled());
        let items = match list.value {
            Value::List(items) => items,
            Value::Err(e) => {
                run.errs.push(e);
                return if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
            }
            _ => {
                run.errs.extend(self.bug(level.bound, "a loop over what is no list").errs().cloned());
                return ControlFlow::Break(());
            }
        };
        let part = match level.series.map(|s| self.part(s, items.len(), run)) {
            None => 0..items.len(),
            Some(Some(part)) => part,
            Some(None) => return if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) },
        };
        let outer = self.take(level.bound);
        let mut flow = ControlFlow::Continue(());
        for i in part {
            let at = u32::try_from(i).unwrap_or(u32::MAX);
            let touches = self.given.part(&list.touches, at);
            self.set(level.bound, Slot { value: items[i].clone(), touches });
            self.positions.insert(level.bound, at);
            self.indices.push(at);
            flow = self.item(l, depth, stop, visit, run);
            self.indices.pop();
            if flow.is_break() {
                break;
            }
        }
        self.restore(level.bound, outer);
        flow
    }

    /// The positions of a part of a list of this length. A failure is noted.
    fn part(&mut self, series: Series, length: usize, run: &mut Run) -> Option<std::ops::Range<usize>> {
        let at = self.region(series.at);
        run.touches.absorb(&at.touches);
        let at = match at.value {
            Value::Number(x) => x.to_i64().and_then(|i| usize::try_from(i).ok()).filter(|i| *i < length),
            Value::Err(e) => {
                run.errs.push(e);
                return None;
            }
            _ => None,
        };
        let Some(at) = at else {
            let bug = FailKind::Bug("a series from what is no item of its list");
            run.errs.push(self.fail_at(PlaceId(0), None, 0, bug));
            return None;
        };
        Some(match series.part {
            Part::From => at..length,
            Part::After => at + 1..length,
            Part::Before => 0..at,
            Part::To => 0..at + 1,
        })
    }

    pub(super) fn position(&mut self, id: NodeId, item: NodeId) -> Slot {
        let touches = self.get(item).touches;
        let value = match self.positions.get(&item) {
            Some(at) => Value::Number(Number::from(u64::from(*at))),
            None => self.bug(id, "the position of what no loop holds"),
        };
        Slot { value, touches }
    }

    pub(super) fn ordinal(&mut self, id: NodeId, of: NodeId) -> Slot {
        let (value, touches) = self.operands([of]);
        let value = match value {
            Ok([Value::Enum(_, i) | Value::Row(_, i)]) => Value::Number(Number::from(u64::from(i))),
            Ok(_) => self.bug(id, "the position of what has none"),
            Err(e) => Value::Err(e),
        };
        Slot { value, touches }
    }

    fn item(
        &mut self,
        l: &'p Loop,
        depth: usize,
        stop: bool,
        visit: &mut dyn FnMut(&mut Self) -> ControlFlow<()>,
        run: &mut Run,
    ) -> ControlFlow<()> {
        let level = &l.levels[depth];
        self.head(level.head);
        if let Some(filter) = level.filter {
            let (holds, touches) = self.condition(filter);
            run.touches.absorb(&touches);
            match holds {
                Ok(true) => {}
                Ok(false) => return ControlFlow::Continue(()),
                Err(e) => {
                    run.errs.push(e);
                    return if stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) };
                }
            }
        }
        self.level(l, depth + 1, stop, visit, run)
    }

    /// Evaluates the nodes that stand before the filter.
    fn head(&mut self, id: footrule_mir::RegionId) {
        let program = self.program;
        for n in program.regions.get(id.ix()).iter().flat_map(|r| &r.nodes) {
            self.step(*n);
        }
    }

    #[inline(never)]
    pub(super) fn fold(&mut self, id: NodeId, fold: Fold, l: &'p Loop, ty: &Ty) -> Slot {
        let split = matches!(ty, Ty::Split(_));
        let mut errs: Vec<Errs> = Vec::new();
        let mut touches = Touches::NONE;
        let mut sum = Sum::new();
        let mut splits = SplitSum::default();
        let mut least: Option<Number> = None;
        let mut greatest: Option<Number> = None;
        let mut product: Result<Number, NumError> = Ok(Number::ONE);
        let mut decided = None;
        let mut list = Vec::new();
        let mut given = Vec::new();
        let mut count = 0u64;
        let lazy = matches!(fold, Fold::Any | Fold::All);
        let run = self.each(l, lazy, &mut |this| {
            count += 1;
            if fold == Fold::Count {
                return ControlFlow::Continue(());
            }
            let slot = this.region(l.body);
            touches.absorb(&slot.touches.factors_only());
            given.extend(slot.touches.settled().given());
            match (fold, slot.value) {
                (Fold::List, v) => list.push(v),
                (_, Value::Err(e)) => {
                    errs.push(e);
                    if lazy {
                        return ControlFlow::Break(());
                    }
                }
                (Fold::Sum, Value::Split(s)) if split => splits.add(&s),
                (Fold::Sum | Fold::Mean, Value::Number(x)) if !split => sum.add(x),
                (Fold::Product, Value::Number(x)) => product = product.and_then(|p| p.mul(x)),
                (Fold::Min, Value::Number(x)) => least = Some(least.map_or(x, |y| y.min(x))),
                (Fold::Max, Value::Number(x)) => greatest = Some(greatest.map_or(x, |y| y.max(x))),
                (Fold::Any, Value::Bool(true)) => {
                    decided = Some(true);
                    return ControlFlow::Break(());
                }
                (Fold::All, Value::Bool(false)) => {
                    decided = Some(false);
                    return ControlFlow::Break(());
                }
                (Fold::Any | Fold::All, Value::Bool(_)) => {}
                _ => errs.extend(this.bug(id, "a fold over an unexpected type").errs().cloned()),
            }
            ControlFlow::Continue(())
        });
        touches.absorb(&run.touches);
        // What the bodies read of the lists is in what was read of the lists.
        touches.absorb(&Touches::of(given));
        errs.extend(run.errs);
        let value = match Errs::union(&errs) {
            Some(e) => Ok(Value::Err(e)),
            None => match fold {
                Fold::Sum if split => splits.finish().map(Value::Split),
                Fold::Sum => sum.finish().map(Value::Number),
                Fold::Mean => sum.mean().map(Value::Number),
                Fold::Product => product.map(Value::Number),
                Fold::Min => least.ok_or(NumError::Empty).map(Value::Number),
                Fold::Max => greatest.ok_or(NumError::Empty).map(Value::Number),
                Fold::Count => Ok(Value::Number(Number::from(count))),
                Fold::Any => Ok(Value::Bool(decided.unwrap_or(false))),
                Fold::All => Ok(Value::Bool(decided.unwrap_or(true))),
                Fold::List => Ok(Value::List(list.into())),
            },
        };
        let value = match value {
            Ok(v) => v,
            Err(e) => self.num_fail(id, e, &[]),
        };
        Slot { value, touches }
    }
}
