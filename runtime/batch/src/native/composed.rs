//! Columns that are read as JSON, as the reference reads them: cells that hold objects or lists, the parts of a record in
//! columns of their own, evidence beside a value.
//!
//! Guarantees: the JSON is that of the row's document, so that whatever it means, the reference would read the same; a row of
//! which no document can be made is marked as left. Must not: take a column as JSON that can be taken as it is.

use super::json::Texts;
use super::table::{DECIDES, Table, deep};
use crate::bind::{Bound, Source, Target};
use crate::cell::{self, Leaf};
use crate::document::{Made, Places};
use crate::place::{Kind, Spot, Typed, around, join};
use footrule_mir::Ty;
use footrule_native::kernel::ListId;

/// What a footprint names that is no part of a record.
const NAMES: [&str; 2] = ["rule", "period"];

/// What a footprint that is computed has.
const NESTED: [&str; 2] = ["rule", "inputs"];

impl<'c> Table<'c> {
    /// The place at a path of the document.
    fn spot(&self, path: &str) -> Option<Spot<'c>> {
        Spot::Group(self.program, String::new()).walk_items(path)
    }

    /// Marks rows as left in which something is said beside a value that is not there, or of a footprint in two forms.
    pub(super) fn alone(
        &mut self,
        bounds: &[Bound],
        (prefix, list): (&str, Option<ListId>),
        leaf: &dyn Fn(&Bound) -> Option<Leaf>,
    ) {
        // What stands beside a value, by the value's path, and if it is the period of one that is computed.
        let beside = |path: &str| {
            let (of, key) = path.rsplit_once('.')?;
            let Some(Spot::Value(t)) = self.spot(of) else { return None };
            let about = key == "primary" || matches!(self.spot(path), Some(Spot::Text | Spot::Any));
            (about && !(t.footprint.is_some() && NESTED.contains(&key))).then(|| (of.to_owned(), key == "period"))
        };
        let given = |b: &Bound| match &b.target {
            Target::Input { path, .. } => Some((join(prefix, path), leaf(b)?)),
            _ => None,
        };
        let all: Vec<_> = bounds.iter().filter_map(given).map(|(p, leaf)| (beside(&p), p, leaf)).collect();
        let computed = |of: &str, p: &str| NESTED.iter().any(|key| around(p, &join(of, key)));
        let mut left = Vec::new();
        for (beside, path, leaf) in &all {
            let footprint =
                || matches!(self.spot(path), Some(Spot::Value(t)) if t.footprint.is_some() && t.factor.is_none());
            let (others, wanted): (Vec<&Leaf>, bool) = match beside {
                Some((of, true)) => (all.iter().filter(|(_, p, _)| computed(of, p)).map(|(.., l)| l).collect(), true),
                Some((of, false)) => {
                    let own = all.iter().filter(|(b, p, _)| b.is_none() && around(p, of));
                    (own.map(|(.., l)| l).collect(), true)
                }
                None if footprint() => {
                    (all.iter().filter(|(_, p, _)| computed(path, p)).map(|(.., l)| l).collect(), false)
                }
                None => continue,
            };
            let rows = (0..leaf.array.len()).filter(|i| cell::filled(leaf, *i));
            left.extend(rows.filter(|i| others.iter().any(|l| cell::filled(l, *i)) != wanted));
        }
        left.into_iter().for_each(|i| self.leave(list, i));
    }

    /// Reads what has to be read as JSON; which of the columns that was. `prefix` stands before their paths.
    pub(super) fn composed<'b>(
        &mut self,
        bounds: &'b [Bound],
        (prefix, list): (&str, Option<ListId>),
        leaf: &dyn Fn(&Bound) -> Option<Leaf>,
        places: &dyn Fn() -> Places<'b>,
        said: &dyn Fn(&str) -> bool,
    ) -> Option<Vec<bool>> {
        let own = |b: &Bound| if let Target::Input { path, .. } = &b.target { Some(join(prefix, path)) } else { None };
        let mut roots: Vec<String> = Vec::new();
        for b in bounds {
            if let Some(root) = own(b).and_then(|path| self.root(b, &path, &leaf(b)?)) {
                roots.push(root);
            }
        }
        let mut done = vec![false; bounds.len()];
        if roots.is_empty() {
            return Some(done);
        }
        let all = roots.clone();
        roots.retain(|r| !all.iter().any(|other| other != r && around(r, other)));
        roots.sort_unstable();
        roots.dedup();
        // What is said stands inside of it.
        if roots.iter().any(|r| said(r)) {
            return None;
        }
        let places = places();
        for root in &roots {
            for (done, b) in done.iter_mut().zip(bounds) {
                *done |= own(b).is_some_and(|path| around(&path, root));
            }
            let below = root.strip_prefix(prefix).unwrap_or(root).trim_start_matches('.');
            let texts = places.texts(below);
            self.sound(&texts, list);
            let texts: Vec<Option<&str>> = texts.iter().map(|t| t.as_ref().ok()?.as_deref()).collect();
            self.place(root, &texts, list)?;
        }
        Some(done)
    }

    /// Marks rows of which no document can be made, or one that is too deep, as left.
    pub(super) fn sound(&mut self, texts: &[Made], list: Option<ListId>) {
        let unsound = |text: &Made| !matches!(text, Ok(text) if !text.as_deref().is_some_and(deep));
        for (i, _) in texts.iter().enumerate().filter(|(_, text)| unsound(text)) {
            self.leave(list, i);
        }
    }

    /// The place that is to be read as JSON for the sake of a column.
    fn root(&self, b: &Bound, path: &str, leaf: &Leaf) -> Option<String> {
        // The nearest place around it that is a value.
        let value = |path: &str| match self.spot(path) {
            Some(Spot::Value(t)) if t.factor.is_none() => Some(t),
            _ => None,
        };
        let up = || std::iter::successors(Some(path), |p| p.rsplit_once('.').map(|(up, _)| up));
        let key = path.rsplit('.').next().unwrap_or_default();
        let text = matches!(b.source, Source::Text | Source::Dictionary);
        let empty = (0..leaf.array.len()).all(|i| leaf.is_null(i));
        match b.kind {
            _ if empty => None,
            Kind::Any if matches!(self.spot(path), Some(Spot::Any)) => {
                let (of, t) = up().find_map(|p| Some((p, value(p)?)))?;
                let names = t.footprint.is_some() && NAMES.contains(&key) && of.len() + 1 + key.len() == path.len();
                (!names).then(|| of.to_owned())
            }
            // The inputs of a footprint as a whole are a footprint.
            Kind::Any if matches!(self.spot(path), Some(Spot::Group(_, own)) if own.is_empty()) => {
                up().find(|p| value(p).is_some()).map(str::to_owned)
            }
            Kind::Any | Kind::List if text => Some(path.to_owned()),
            Kind::Text if DECIDES.contains(&key) && !matches!(value(path), Some(Typed { ty: Ty::Text, .. })) => {
                up().skip(1).find(|p| value(p).is_some()).map(str::to_owned)
            }
            Kind::Text => None,
            _ if text => {
                let object = |i: usize| {
                    let cell = if leaf.is_null(i) { None } else { cell::text(&leaf.array, i) };
                    cell.is_some_and(|t| t.trim_start().starts_with(['{', '[']))
                };
                (0..leaf.array.len()).any(object).then(|| path.to_owned())
            }
            _ => None,
        }
    }

    /// JSON at a place.
    pub(super) fn place(&mut self, path: &str, texts: &Texts<'_>, list: Option<ListId>) -> Option<()> {
        let outer = self.program;
        let done = match self.spot(path)? {
            Spot::Group(program, own) => {
                self.program = program;
                self.json(path.strip_suffix(&own)?, &own, texts, list)
            }
            Spot::Value(Typed { program, ty, footprint, factor, .. }) => {
                self.program = program;
                let factor = factor.map(Ty::Number);
                self.value(path, factor.as_ref().unwrap_or(ty), footprint, texts, list)
            }
            Spot::Any | Spot::Text => None,
        };
        self.program = outer;
        done
    }
}
