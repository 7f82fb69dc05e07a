//! Values in JSON as columns: what stands in objects and lists is brought into columns of its own.
//!
//! Guarantees: a row whose value has another form than its type, keys that are not known here, or a key twice, is marked as
//! left. Must not: say what is wrong with it.

use super::footprint::is_more;
use super::measured;
use super::table::{Part, Table, bare};
use crate::bind::Source;
use crate::cell::Leaf;
use crate::place::{Kind, join};
use crate::read::Pairs;
use arrow_array::{Array as _, ArrayRef, StringArray};
use footrule_mir::{Footprint, Ty, UnitId};
use footrule_native::kernel::ListId;
use footrule_native::layout::{self, Kind as Held, List};
use footrule_runtime::Conversion;
use serde_json::value::RawValue;
use std::borrow::Cow;
use std::sync::Arc;

/// Of a pure number: none of the units of a program.
pub(super) const NO_UNIT: UnitId = UnitId(u32::MAX);

/// Evidence that changes no figure, whatever it says.
const IDLE: [(&str, bool); 6] =
    [("year", true), ("region", true), ("note", true), ("supplier", true), ("evidence", true), ("uncertainty", true)];

/// JSON texts, one for each row or item; null is none.
pub(super) type Texts<'t> = [Option<&'t str>];

impl Table<'_> {
    /// An input of the program at hand, or a group of its inputs; `base` stands before its path in the layout.
    pub(super) fn json(&mut self, base: &str, path: &str, values: &Texts<'_>, list: Option<ListId>) -> Option<()> {
        let program = self.program;
        if let Some(input) = program.inputs.iter().find(|i| i.name.id == path) {
            return self.value(&format!("{base}{path}"), &input.ty, input.footprint, values, list);
        }
        let below = |id: &str| match path {
            "" => Some(id.to_owned()),
            _ => id.strip_prefix(path).and_then(|r| r.strip_prefix('.')).map(str::to_owned),
        };
        let heads = program.inputs.iter().filter_map(|i| below(&i.name.id));
        let mut heads: Vec<String> = heads.map(|r| r.split('.').next().unwrap_or_default().to_owned()).collect();
        heads.sort_unstable();
        heads.dedup();
        let optional = |head: &str| {
            let of = program.inputs.iter().find(|i| i.name.id == join(path, head));
            of.is_some_and(|i| matches!(i.ty, Ty::Optional(_)))
        };
        let keys: Vec<(&str, bool)> = heads.iter().map(|h| (h.as_str(), optional(h))).collect();
        let parts = self.members(values, &keys, list);
        for (head, of) in heads.iter().zip(parts) {
            if of.iter().any(Option::is_some) {
                self.json(base, &join(path, head), &of, list)?;
            }
        }
        Some(())
    }

    /// The members of objects by these keys, each with whether it may be null; a value that has others, or is none, leaves its
    /// row.
    pub(super) fn members<'t>(
        &mut self,
        values: &Texts<'t>,
        keys: &[(&str, bool)],
        list: Option<ListId>,
    ) -> Vec<Vec<Option<&'t str>>> {
        let mut out = vec![vec![None; values.len()]; keys.len()];
        for (i, text) in values.iter().enumerate() {
            let Some(text) = text else { continue };
            let pairs = serde_json::from_str::<Pairs<'_>>(text).map(|p| p.0).ok();
            let mut sound = pairs.is_some();
            let mut seen = vec![false; keys.len()];
            for (key, value) in pairs.into_iter().flatten() {
                let Some(k) = keys.iter().position(|(k, _)| *k == key) else {
                    sound = false;
                    continue;
                };
                sound &= !std::mem::replace(&mut seen[k], true);
                out[k][i] = Some(value.get()).filter(|v| *v != "null");
                sound &= out[k][i].is_some() || keys[k].1;
            }
            if !sound {
                self.leave(list, i);
            }
        }
        out
    }

    pub(super) fn value(
        &mut self,
        path: &str,
        ty: &Ty,
        footprint: Option<Footprint>,
        values: &Texts<'_>,
        list: Option<ListId>,
    ) -> Option<()> {
        if values.iter().all(Option::is_none) {
            return Some(());
        }
        let program = self.program;
        match ty {
            Ty::Optional(inner) => self.value(path, inner, footprint, values, list),
            Ty::Split(_) if footprint.is_some_and(|_| values.iter().any(|v| v.is_some_and(is_more))) => {
                self.footprint(path, ty, footprint?, values, list)
            }
            Ty::Number(_) | Ty::Split(_) | Ty::Bool | Ty::Text | Ty::Date | Ty::Enum(_) => {
                let own = self.beside(path, ty, values, list)?;
                let own: Vec<Option<&str>> = own.iter().map(Option::as_deref).collect();
                self.scalar(path, ty, &own, list)
            }
            Ty::Activity { amount, factor } => {
                if !values.iter().flatten().any(|v| v.starts_with('{')) {
                    return self.scalar(path, &Ty::Number(*amount), values, list);
                }
                let (objects, plain) = apart(values);
                let own = [("amount", false), ("factor", false), ("gwp", true)];
                let [mut amounts, factors, sets] = self.datum(path, &objects, own, list)?;
                self.sets(&sets, list);
                amounts.iter_mut().zip(plain).for_each(|(a, p)| *a = a.or(p));
                self.value(&format!("{path}.amount"), &Ty::Number(*amount), None, &amounts, list)?;
                self.value(&format!("{path}.factor"), &Ty::Number(*factor), None, &factors, list)
            }
            Ty::Record(r) => {
                let fields = &program.records.get(r.ix())?.fields;
                let fields: Vec<_> = fields.iter().filter(|f| f.computed.is_none()).collect();
                let keys: Vec<(&str, bool)> =
                    fields.iter().map(|f| (f.name.id.as_str(), matches!(f.ty, Ty::Optional(_)))).collect();
                let parts = self.members(values, &keys, list);
                let any: Vec<Option<&str>> = (0..values.len()).map(|i| parts.iter().find_map(|of| of[i])).collect();
                self.given(values, &any, list);
                for (field, of) in fields.iter().zip(parts) {
                    self.value(&format!("{path}.{}", field.name.id), &field.ty, field.footprint, &of, list)?;
                }
                Some(())
            }
            Ty::List(inner) => self.items(path, inner, footprint, values, list),
            _ => None,
        }
    }

    fn items(
        &mut self,
        path: &str,
        inner: &Ty,
        footprint: Option<Footprint>,
        values: &Texts<'_>,
        list: Option<ListId>,
    ) -> Option<()> {
        let (mut items, mut owners, mut offsets) = (Vec::new(), Vec::new(), vec![0]);
        for (i, text) in values.iter().enumerate() {
            let of = text.and_then(|t| serde_json::from_str::<Vec<&RawValue>>(t).ok());
            // A row without the list, or with a missing item: the reference knows.
            if of.as_ref().is_none_or(|of| of.iter().any(|v| v.get() == "null")) {
                self.leave(list, i);
            }
            let row = self.row(list, i);
            for v in of.into_iter().flatten() {
                items.push(Some(v.get()).filter(|v| *v != "null"));
                owners.push(row);
            }
            offsets.push(u32::try_from(items.len()).ok()?);
        }
        if items.is_empty() {
            self.layout.empty.push(path.to_owned());
            return Some(());
        }
        let id = ListId(u32::try_from(self.layout.lists.len()).ok()?);
        self.layout.lists.push(List { path: path.to_owned(), parent: list });
        self.offsets.push(offsets);
        self.owners.push(owners);
        self.value(&format!("{path}[]"), inner, footprint, &items, Some(id))
    }

    /// Values that may stand in objects with the evidence beside them: numbers with a unit, CO2e with its GWP set, too.
    /// Of numbers it counts how they are rated, and whether they are primary.
    fn beside<'t>(
        &mut self,
        path: &str,
        ty: &Ty,
        values: &Texts<'t>,
        list: Option<ListId>,
    ) -> Option<Vec<Option<Cow<'t, str>>>> {
        let (objects, plain) = apart(values);
        let mut plain: Vec<Option<Cow<'t, str>>> = plain.into_iter().map(|v| v.map(Cow::Borrowed)).collect();
        if objects.iter().all(Option::is_none) {
            return Some(plain);
        }
        let (value, unit) = (("value", false), ("unit", false));
        let (inner, units) = match ty {
            Ty::Split(_) => {
                let [inner, units, sets] = self.datum(path, &objects, [value, unit, ("gwp", true)], list)?;
                self.sets(&sets, list);
                (inner, units)
            }
            Ty::Number(_) => self.datum(path, &objects, [value, unit], list)?.into(),
            _ => {
                let keys = [&[value, ("source", true)][..], &IDLE].concat();
                let mut parts = self.members(&objects, &keys, list).into_iter();
                let (inner, sources) = (parts.next()?, parts.next()?);
                self.given(&objects, &inner, list);
                self.source(path, &sources, list)?;
                (inner, Vec::new())
            }
        };
        plain.iter_mut().zip(inner).for_each(|(p, v)| *p = p.take().or(v.map(Cow::Borrowed)));
        for (i, unit) in units.iter().enumerate() {
            let Some(unit) = unit else { continue };
            match (&plain[i], unit.strip_prefix('"').and_then(|u| u.strip_suffix('"'))) {
                (Some(value), Some(unit)) if !unit.contains('\\') && !bare(&Source::Json, value).contains(' ') => {
                    plain[i] = Some(Cow::Owned(format!("{} {unit}", bare(&Source::Json, value))));
                }
                _ => self.leave(list, i),
            }
        }
        Some(plain)
    }

    /// The members of data by the keys that are their own, the first of which is the value. What may stand beside any datum is
    /// read here: evidence, how it is rated, and whether it is primary.
    pub(super) fn datum<'t, const N: usize>(
        &mut self,
        path: &str,
        objects: &Texts<'t>,
        own: [(&str, bool); N],
        list: Option<ListId>,
    ) -> Option<[Vec<Option<&'t str>>; N]> {
        let keys = [&own[..], &[("source", true), ("quality", true), ("primary", true)], &IDLE].concat();
        let mut parts = self.members(objects, &keys, list).into_iter();
        let found = <[_; N]>::try_from(parts.by_ref().take(N).collect::<Vec<_>>()).ok()?;
        let (sources, ratings, primary) = (parts.next()?, parts.next()?, parts.next()?);
        self.given(objects, found.first()?, list);
        self.source(path, &sources, list)?;
        self.rating(path, &ratings, list)?;
        self.primary(path, &primary, list)?;
        Some(found)
    }

    /// GWP sets that single data state say nothing where they are the rule's, and all data state one.
    fn sets(&mut self, sets: &Texts<'_>, list: Option<ListId>) {
        for (i, set) in sets.iter().enumerate() {
            let stated = self.layout.gwp.is_some();
            let takes = |t: &str| stated && self.program.takes_gwp(t.trim(), None);
            if set.is_some_and(|s| !takes(s.trim_matches('"')) || !s.starts_with('"')) {
                self.leave(list, i);
            }
        }
    }

    /// An object without its value says something, which the reference knows.
    pub(super) fn given(&mut self, objects: &Texts<'_>, own: &Texts<'_>, list: Option<ListId>) {
        let lacking = |i: &usize| objects[*i].is_some() && own[*i].is_none();
        (0..objects.len()).filter(lacking).for_each(|i| self.leave(list, i));
    }

    /// Evidence: that it is there is what counts, and no text is blank.
    pub(super) fn source(&mut self, path: &str, sources: &Texts<'_>, list: Option<ListId>) -> Option<()> {
        if sources.iter().all(Option::is_none) {
            return Some(());
        }
        for (i, source) in sources.iter().enumerate() {
            if source.is_some_and(|s| !s.starts_with('"')) {
                self.leave(list, i);
            }
        }
        self.push(&format!("{path}.source"), Kind::Text, Held::Opaque, sources, list);
        Some(())
    }

    /// Whether data are said to be primary.
    pub(super) fn primary(&mut self, path: &str, said: &Texts<'_>, list: Option<ListId>) -> Option<()> {
        if said.iter().all(Option::is_none) {
            return Some(());
        }
        self.scalar(&format!("{path}.primary"), &Ty::Bool, said, list)
    }

    /// Ratings of data: numbers, or objects of indicators.
    pub(super) fn rating(&mut self, path: &str, ratings: &Texts<'_>, list: Option<ListId>) -> Option<()> {
        let (objects, plain) = apart(ratings);
        if plain.iter().any(Option::is_some) {
            self.score(&format!("{path}.quality"), &plain, list);
        }
        if objects.iter().any(Option::is_some) {
            let names: Vec<(&str, bool)> = footrule_mir::quality::indicators().map(|n| (n, true)).collect();
            for ((name, _), of) in names.iter().zip(self.members(&objects, &names, list)) {
                if of.iter().any(Option::is_some) {
                    self.score(&format!("{path}.quality.{name}"), &of, list);
                }
            }
        }
        Some(())
    }

    /// Numbers that have no unit, not even per cent.
    fn score(&mut self, path: &str, values: &Texts<'_>, list: Option<ListId>) {
        let held = measured::held(Conversion::Same);
        self.push(path, Kind::Number { unit: NO_UNIT, follows: false }, held, values, list);
    }

    pub(super) fn scalar(&mut self, path: &str, ty: &Ty, values: &Texts<'_>, list: Option<ListId>) -> Option<()> {
        if let Ty::Number(unit) | Ty::Split(unit) = *ty
            && measured::have_units(values.iter().flatten().map(|v| bare(&Source::Json, v).trim()))
        {
            let own: Vec<_> = values.iter().map(|v| v.map(|v| bare(&Source::Json, v).trim())).collect();
            if let Some((digits, by)) = self.measured(&own, (self.program, unit), (list, true)) {
                let digits: Vec<Option<&str>> = digits.iter().map(Option::as_deref).collect();
                self.push(path, Kind::Number { unit, follows: false }, measured::held(by), &digits, list);
                return Some(());
            }
        }
        let number = measured::held(Conversion::Same);
        let (kind, held) = match *ty {
            Ty::Number(unit) | Ty::Split(unit) => (Kind::Number { unit, follows: false }, number),
            Ty::Bool => (Kind::Bool, Held::Flag),
            Ty::Text => (Kind::Text, Held::Text),
            Ty::Date => (Kind::Date, Held::Day),
            Ty::Enum(e) => (Kind::Enum(e), Held::Member),
            _ => return None,
        };
        self.push(path, kind, held, values, list);
        Some(())
    }

    pub(super) fn push(&mut self, path: &str, kind: Kind, held: Held, values: &Texts<'_>, list: Option<ListId>) {
        let array: ArrayRef = Arc::new(values.iter().copied().collect::<StringArray>());
        let missing = array.null_count() > 0;
        let given = missing.then(|| values.iter().map(Option::is_some).collect::<Vec<_>>());
        self.layout.columns.push(layout::Column { path: path.to_owned(), kind: held, list, nullable: given.is_some() });
        let program = self.program;
        self.parts.push(Part { program, kind, source: Source::Json, held, leaf: Leaf::whole(&array), list, given });
    }
}

/// Objects, and values of other forms.
pub(super) fn apart<'t>(values: &Texts<'t>) -> (Vec<Option<&'t str>>, Vec<Option<&'t str>>) {
    let of = |object: bool| values.iter().map(|v| v.filter(|v| v.starts_with('{') == object)).collect();
    (of(true), of(false))
}
