//! A chunk as native code takes it: first its layout, for which there may be no code, then the values of its columns.
//!
//! Guarantees: a row that does not stand in the columns exactly as it stands in the chunk is marked as left.

use super::measured;
use crate::bind::{Bound, Source, Target};
use crate::cell::{self, Leaf};
use crate::document::Places;
use crate::evaluate::Setup;
use crate::place::{Kind, Spot, Typed, around, join};
use crate::read::Chunk;
use arrow_array::cast::AsArray as _;
use arrow_array::types::{Decimal64Type, Decimal128Type, Int32Type, Int64Type};
use arrow_array::{Array as _, ArrayRef, StringArray};
use arrow_schema::DataType;
use footrule_mir::{Named, Program, Ty};
use footrule_native::columns::{Column, Columns, Values};
use footrule_native::kernel::ListId;
use footrule_native::layout::{self, Kind as Held, Layout, List};
use footrule_number::Number;
use footrule_runtime::{Conversion, day, day_number, names_rule, period};
use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

/// Keys of texts beside a value that the reference must see.
pub(super) const DECIDES: [&str; 9] =
    ["gwp", "origin", "unit", "year", "primary", "quality", "evidence", "certificate", "uncertainty"];

/// The layout of a chunk, and where its values stand.
pub(super) struct Table<'c> {
    pub layout: Layout,
    pub(super) program: &'c Program,
    pub(super) rows: usize,
    pub(super) parts: Vec<Part<'c>>,
    /// Of each list.
    pub(super) offsets: Vec<Vec<u32>>,
    /// For each list, the rows that its items belong to.
    pub(super) owners: Vec<Vec<usize>>,
    /// Rows that do not stand in the columns as they are.
    pub(super) left: Vec<bool>,
}

/// A column of the layout.
pub(super) struct Part<'c> {
    /// Whose enumerations its kind names.
    pub program: &'c Program,
    pub kind: Kind,
    pub source: Source,
    pub held: Held,
    pub leaf: Leaf,
    pub list: Option<ListId>,
    /// Which values are there; `None` if all are.
    pub given: Option<Vec<bool>>,
}

impl<'c> Table<'c> {
    /// The layout of a chunk; nothing if one of its columns is none of native code's.
    pub(super) fn new(setup: Setup<'c>, chunk: &Chunk, outputs: Vec<String>) -> Option<Self> {
        let rows = chunk.batch.num_rows();
        if rows == 0 {
            return None;
        }
        let layout = Layout { outputs: Some(outputs), ..Layout::default() };
        let mut t = Self {
            layout,
            program: setup.program,
            rows,
            parts: Vec::new(),
            offsets: Vec::new(),
            owners: Vec::new(),
            left: vec![false; rows],
        };
        let said = t.all_rows(setup, chunk)?;
        let columns = chunk.batch.columns();
        let bounds = &setup.binding.columns;
        let places = || Places::of_rows(bounds, columns, rows);
        // The reference looks at how a cell is written, though it does not count.
        for path in said.assumed().iter().filter(|a| bounds.iter().any(|b| of_input(b, a))) {
            t.sound(&places().texts(path), None);
        }
        for b in bounds.iter().filter(|b| b.source == Source::Json) {
            let leaf = Leaf::of(columns, &b.at)?;
            let texts = leaf.array.as_string_opt::<i32>()?;
            (0..rows).filter(|i| !leaf.is_null(*i) && deep(texts.value(*i))).for_each(|i| t.leave(None, i));
        }
        let leaf = |b: &Bound| match &b.target {
            Target::Input { path, .. } if said.replaces(path) => None,
            Target::Input { path, .. } if b.source == Source::Json && !inside_an_input(setup.program, path) => None,
            _ => Leaf::of(columns, &b.at),
        };
        let done = t.composed(bounds, ("", None), &leaf, &places, &|root| said.inside(root))?;
        let counts = |b: &Bound| match &b.target {
            Target::Input { path, .. } if said.replaces(path) => None,
            _ => Leaf::of(columns, &b.at),
        };
        t.alone(bounds, ("", None), &counts);
        let mut json: Vec<&str> = Vec::new();
        for b in bounds.iter().zip(done).filter(|(_, done)| !done).map(|(b, _)| b) {
            match &b.target {
                Target::Id | Target::Top(_) => {}
                Target::Blank => {
                    let leaf = Leaf::of(columns, &b.at)?;
                    (0..rows).filter(|i| cell::filled(&leaf, *i)).for_each(|i| t.leave(None, i));
                }
                Target::Input { path, .. } if said.replaces(path) => {}
                Target::Input { path, .. } => {
                    let leaf = Leaf::of(columns, &b.at)?;
                    if b.source == Source::Json && leaf.nulls.as_ref().is_some_and(|n| n.null_count() == rows) {
                        continue;
                    }
                    // What is said stands inside of what is in the column.
                    if said.inside(path) {
                        return None;
                    }
                    if b.source != Source::Json || b.unit.is_some() || inside_an_input(setup.program, path) {
                        t.column(b, path, columns, None)?;
                        continue;
                    }
                    // Of two names of one place each line uses one.
                    if json.iter().any(|p| around(p, path) || around(path, p)) {
                        return None;
                    }
                    json.push(path);
                    let values: Vec<Option<&str>> = leaf.array.as_string_opt::<i32>()?.iter().collect();
                    t.json("", path, &values, None)?;
                }
            }
        }
        Some(t)
    }

    /// A column of rows, or of the items of a list.
    pub(super) fn column(&mut self, b: &Bound, path: &str, arrays: &[ArrayRef], list: Option<ListId>) -> Option<()> {
        let mut leaf = if b.at.is_empty() { Leaf::whole(arrays.first()?) } else { Leaf::of(arrays, &b.at)? };
        // The value stands where evidence may stand beside it.
        let path = path.strip_suffix(".value").unwrap_or(path);
        if let Source::List(below) = &b.source {
            return self.list(path, below, &leaf, list);
        }
        let spot = Spot::Group(self.program, String::new()).walk_items(path);
        if b.kind == Kind::Any {
            return self.beside_footprint(b, path, leaf, list);
        }
        let program = spot.as_ref().and_then(Spot::program).unwrap_or(self.program);
        let mut conversion = b.conversion;
        if let (Kind::Number { unit, follows: false }, Some(Conversion::Same)) = (&b.kind, conversion)
            && is_text(b)
            && have_units(&leaf, &b.source)
        {
            let texts: Vec<_> = (0..leaf.array.len()).map(|i| text(&leaf, i)).collect();
            let own: Vec<_> = texts.iter().map(|t| t.as_deref().map(|t| bare(&b.source, t).trim())).collect();
            if let Some((digits, by)) = self.measured(&own, (program, *unit), (list, b.source == Source::Json)) {
                conversion = Some(by);
                let digits: ArrayRef = Arc::new(digits.iter().map(Option::as_deref).collect::<StringArray>());
                leaf = Leaf::whole(&digits);
            }
        }
        let kind = match (&b.kind, conversion) {
            (Kind::Number { .. }, Some(conversion)) if is_number(b, &leaf) => measured::held(conversion),
            (Kind::Bool, _) => Held::Flag,
            (Kind::Enum(_), _) => Held::Member,
            // What decides about a value stands in texts beside it.
            (Kind::Text, _) if DECIDES.contains(&path.rsplit('.').next().unwrap_or_default()) => return None,
            (Kind::Text, _) if matches!(&spot, Some(Spot::Value(t)) if *t.bare().ty == Ty::Text) => Held::Text,
            // What is only said beside a value.
            (Kind::Text, _) => Held::Opaque,
            (Kind::Date, _) => Held::Day,
            _ => return None,
        };
        let given = given(b, &leaf);
        self.layout.columns.push(layout::Column { path: path.to_owned(), kind, list, nullable: given.is_some() });
        let (of, source) = (b.kind.clone(), b.source.clone());
        self.parts.push(Part { program, kind: of, source, held: kind, leaf, list, given });
        Some(())
    }

    /// The name of the rule of a footprint, which must be that rule, or its period, one for all rows.
    fn beside_footprint(&mut self, b: &Bound, path: &str, leaf: Leaf, list: Option<ListId>) -> Option<()> {
        let (of, key) = path.rsplit_once('.')?;
        let Some(Spot::Value(Typed { program, footprint: Some(footprint), .. })) =
            Spot::Group(self.program, String::new()).walk_items(of)
        else {
            return None;
        };
        let said = |i: usize| text(&leaf, i).map(|t| bare(&b.source, &t).trim().to_owned()).filter(|t| !t.is_empty());
        match key {
            "rule" => {
                let rule = &program.upstream_of(footprint)?.program.rule.name.id;
                for i in 0..leaf.array.len() {
                    if said(i).is_some_and(|t| !names_rule(&t, rule)) {
                        self.leave(list, i);
                    }
                }
                let given = given(b, &leaf);
                let (kind, source, held) = (b.kind.clone(), b.source.clone(), Held::Opaque);
                let nullable = given.is_some();
                self.layout.columns.push(layout::Column { path: path.to_owned(), kind: held, list, nullable });
                self.parts.push(Part { program, kind, source, held, leaf, list, given });
            }
            "period" => {
                let said: Vec<Option<String>> = (0..leaf.array.len()).map(said).collect();
                self.period_of(of, &said, list)?;
            }
            _ => return None,
        }
        Some(())
    }

    /// The period of a footprint that is computed: one that most rows say, or none. The others are left.
    pub(super) fn period_of(&mut self, of: &str, said: &[Option<String>], list: Option<ListId>) -> Option<()> {
        let first = said.iter().flatten().next();
        let most = first.filter(|f| said.iter().filter(|s| s.as_ref() == Some(*f)).count() * 2 > said.len());
        for (i, text) in said.iter().enumerate() {
            if text.as_ref() != most {
                self.leave(list, i);
            }
        }
        if let Some(text) = most {
            self.layout.periods.push((of.to_owned(), period(text)?));
        }
        Some(())
    }

    /// Marks the row of a value as left.
    pub(super) fn leave(&mut self, list: Option<ListId>, i: usize) {
        let row = self.row(list, i);
        if let Some(left) = self.left.get_mut(row) {
            *left = true;
        }
    }

    fn list(&mut self, path: &str, below: &[Bound], leaf: &Leaf, parent: Option<ListId>) -> Option<()> {
        // A list that is not given, and an item that is none: the reference knows.
        let missing: Vec<usize> = (0..leaf.array.len()).filter(|i| leaf.is_null(*i)).collect();
        missing.into_iter().for_each(|i| self.leave(parent, i));
        let lists = leaf.array.as_list_opt::<i32>()?;
        let from = *lists.value_offsets().first()?;
        let offsets: Vec<u32> =
            lists.value_offsets().iter().map(|o| u32::try_from(o - from).ok()).collect::<Option<_>>()?;
        let items = *offsets.last()? as usize;
        if items == 0 {
            self.layout.empty.push(path.to_owned());
            return Some(());
        }
        let values = lists.values().slice(usize::try_from(from).ok()?, items);
        let lengths = offsets.windows(2).map(|w| (w[1] - w[0]) as usize).enumerate();
        let owners: Vec<usize> = lengths.flat_map(|(i, n)| std::iter::repeat_n(self.row(parent, i), n)).collect();
        let id = ListId(u32::try_from(self.layout.lists.len()).ok()?);
        self.layout.lists.push(List { path: path.to_owned(), parent });
        self.offsets.push(offsets);
        self.owners.push(owners);
        let arrays: Vec<ArrayRef> = match values.as_struct_opt() {
            Some(s) => {
                (0..items).filter(|i| s.is_null(*i)).for_each(|i| self.leave(Some(id), i));
                s.columns().to_vec()
            }
            None => vec![values.clone()],
        };
        let prefix = format!("{path}[]");
        let of = |b: &Bound| if b.at.is_empty() { Some(Leaf::whole(&values)) } else { Leaf::of(&arrays, &b.at) };
        let done = self.composed(below, (&prefix, Some(id)), &of, &|| Places::of_items(below, &values), &|_| false)?;
        self.alone(below, (&prefix, Some(id)), &of);
        for b in below.iter().zip(done).filter(|(_, done)| !done).map(|(b, _)| b) {
            let Target::Input { path: own, .. } = &b.target else { return None };
            self.column(b, &join(&prefix, own), &arrays, Some(id))?;
        }
        Some(())
    }

    /// The row that a value of a column belongs to.
    pub(super) fn row(&self, list: Option<ListId>, i: usize) -> usize {
        list.and_then(|l| self.owners.get(l.0 as usize)?.get(i).copied()).unwrap_or(i)
    }

    /// The values, and which rows are not in them as they are.
    pub(super) fn columns(&self) -> Option<(Columns, Vec<bool>)> {
        let mut columns = Columns { rows: self.rows, columns: Vec::new(), offsets: self.offsets.clone() };
        let mut left = self.left.clone();
        let mut codes = layout::texts(self.program).into_iter().zip(0..).collect();
        for part in &self.parts {
            let mut leave = |i: usize| {
                if let Some(left) = left.get_mut(self.row(part.list, i)) {
                    *left = true;
                }
            };
            let values = match &part.kind {
                Kind::Number { .. } => part.numbers(&mut leave)?,
                Kind::Bool => part.flags(&mut leave),
                Kind::Enum(e) => part.members(&part.program.enums.get(e.ix())?.members, &mut leave),
                Kind::Date => part.days(&mut leave),
                Kind::Text if part.held == Held::Text => part.texts(&mut codes, &mut leave),
                _ => {
                    // A blank text is none: whether one must be there, the reference knows.
                    let there = |i: usize| part.given.as_ref().is_none_or(|g| g[i]);
                    let text = |i: usize| text(&part.leaf, i);
                    let blank =
                        |i: &usize| there(*i) && text(*i).is_none_or(|t| bare(&part.source, &t).trim().is_empty());
                    (0..part.leaf.array.len()).filter(blank).for_each(leave);
                    Values::Opaque
                }
            };
            columns.columns.push(Column { values, given: part.given.clone() });
        }
        Some((columns, left))
    }
}

impl Part<'_> {
    fn numbers(&self, leave: &mut impl FnMut(usize)) -> Option<Values> {
        let array = &self.leaf.array;
        let (mut units, scale) = match array.data_type() {
            DataType::Int64 => (array.as_primitive::<Int64Type>().values().to_vec(), 0),
            DataType::Decimal64(_, scale) => (array.as_primitive::<Decimal64Type>().values().to_vec(), *scale),
            DataType::Decimal128(_, scale) => {
                let mut fit = |(i, x): (usize, &i128)| {
                    i64::try_from(*x).unwrap_or_else(|_| {
                        leave(i);
                        0
                    })
                };
                (array.as_primitive::<Decimal128Type>().values().iter().enumerate().map(&mut fit).collect(), *scale)
            }
            _ => return Some(self.written(leave)),
        };
        if let Some(nulls) = &self.leaf.nulls {
            // What stands below a null means nothing.
            units.iter_mut().zip(nulls).filter(|(_, there)| !there).for_each(|(u, _)| *u = 0);
        }
        Some(Values::Decimal { units, scale: u32::try_from(scale).ok()? })
    }

    /// Numbers in texts, with the most decimals that one of them has; those that do not fit are left to the reference.
    fn written(&self, leave: &mut impl FnMut(usize)) -> Values {
        let mut read: Vec<(i64, u32)> = vec![(0, 0); self.leaf.array.len()];
        for (i, slot) in read.iter_mut().enumerate() {
            let Some(text) = text(&self.leaf, i).filter(|t| !t.is_empty()) else { continue };
            match plain(bare(&self.source, &text)) {
                Some(x) => *slot = x,
                None => leave(i),
            }
        }
        let scale = read.iter().map(|(_, s)| *s).max().unwrap_or(0);
        let mut units = Vec::with_capacity(read.len());
        for (i, (u, s)) in read.into_iter().enumerate() {
            let unit = 10_i64.checked_pow(scale - s).and_then(|p| u.checked_mul(p));
            if unit.is_none() {
                leave(i);
            }
            units.push(unit.unwrap_or(0));
        }
        Values::Decimal { units, scale }
    }

    fn flags(&self, leave: &mut impl FnMut(usize)) -> Values {
        let mut flags = Vec::with_capacity(self.leaf.array.len());
        for i in 0..self.leaf.array.len() {
            let read = text(&self.leaf, i);
            flags.push(read.as_deref() == Some("true"));
            if read.is_some_and(|t| !["true", "false", ""].contains(&&*t)) {
                leave(i);
            }
        }
        Values::Flag(flags)
    }

    /// Days by their running numbers.
    fn days(&self, leave: &mut impl FnMut(usize)) -> Values {
        let mut units = Vec::with_capacity(self.leaf.array.len());
        for i in 0..self.leaf.array.len() {
            let read = text(&self.leaf, i).filter(|t| !t.is_empty());
            let found = read.as_deref().map(|t| day(bare(&self.source, t)).map(day_number));
            if found == Some(None) {
                leave(i);
            }
            units.push(found.flatten().unwrap_or(0));
        }
        Values::Decimal { units, scale: 0 }
    }

    /// Texts by their codes, which those that the program does not know get as they come.
    fn texts(&self, codes: &mut HashMap<String, u32>, leave: &mut impl FnMut(usize)) -> Values {
        let mut out = Vec::with_capacity(self.leaf.array.len());
        for i in 0..self.leaf.array.len() {
            let read = text(&self.leaf, i).unwrap_or_default();
            let own = meant(&self.source, &read);
            // What is no text in JSON, and a blank one: the reference knows.
            if !read.is_empty() && own.as_deref().is_none_or(|t| t.trim().is_empty()) {
                leave(i);
            }
            let own = own.as_deref().unwrap_or_default();
            let code = match codes.get(own) {
                Some(code) => *code,
                None => {
                    let next = u32::try_from(codes.len()).unwrap_or(u32::MAX);
                    codes.insert(own.to_owned(), next);
                    next
                }
            };
            out.push(code);
        }
        Values::Member(out)
    }

    fn members(&self, members: &[Named], leave: &mut impl FnMut(usize)) -> Values {
        let n = self.leaf.array.len();
        let mut known: HashMap<String, Option<u32>> = HashMap::new();
        let mut last = 0;
        let mut find = |read: &str| {
            if members.get(last).is_some_and(|m| m.id == read) {
                return (last as u32, false);
            }
            let found = match known.get(read) {
                Some(found) => *found,
                None => *known.entry(read.to_owned()).or_insert(member(members, read)),
            };
            // A slip: the reference knows.
            last = found.map_or(last, |m| m as usize);
            (found.unwrap_or(0), found.is_none() && !read.is_empty())
        };
        let mut out = Vec::with_capacity(n);
        if let Some((keys, values)) = dictionary(&self.leaf.array).filter(|(_, values)| values.len() <= n) {
            let known: Vec<_> = values.iter().map(|v| find(v.unwrap_or_default())).collect();
            for (i, key) in keys.iter().enumerate() {
                let known = usize::try_from(*key).ok().and_then(|k| known.get(k));
                let (member, unknown) = known.copied().filter(|_| !self.leaf.is_null(i)).unwrap_or_default();
                if unknown {
                    leave(i);
                }
                out.push(member);
            }
            return Values::Member(out);
        }
        for i in 0..n {
            let Some(read) = text(&self.leaf, i) else {
                out.push(0);
                continue;
            };
            // In JSON an empty text is a value, which names no member.
            let own = meant(&self.source, &read).filter(|t| self.source != Source::Json || !t.is_empty());
            let (member, unknown) = find(own.as_deref().unwrap_or_default());
            if unknown || own.is_none() {
                leave(i);
            }
            out.push(member);
        }
        Values::Member(out)
    }
}

/// The member that a text names: by its identifier, or by a label that is no other's, as the reference finds it.
fn member(members: &[Named], text: &str) -> Option<u32> {
    let text = text.trim();
    let by_id = members.iter().position(|m| m.id == text);
    let mut labelled = (0..members.len()).filter(|m| members[*m].labels.zh == text || members[*m].labels.en == text);
    let found = by_id.or_else(|| labelled.next().filter(|_| labelled.next().is_none()));
    found.filter(|_| !text.is_empty()).and_then(|m| u32::try_from(m).ok())
}

/// True if a column is of an input, or of a part of it.
fn of_input(b: &Bound, input: &str) -> bool {
    matches!(&b.target, Target::Input { path, .. } if around(path, input))
}

/// True if a path leads into an input, to a part of it.
fn inside_an_input(program: &Program, path: &str) -> bool {
    !program.inputs.iter().any(|i| around(&i.name.id, path))
}

/// True for JSON that may be nested more deeply than a document may be, whose limit the reference knows.
pub(super) fn deep(json: &str) -> bool {
    /// Less than the limit, since a value stands inside of a document.
    const LEVELS: usize = 32;
    if json.len() < 2 * LEVELS {
        return false;
    }
    let (mut level, mut most) = (0_usize, 0);
    let (mut in_text, mut escaped) = (false, false);
    for b in json.bytes() {
        match b {
            _ if escaped => escaped = false,
            b'\\' if in_text => escaped = true,
            b'"' => in_text = !in_text,
            _ if in_text => {}
            b'{' | b'[' => level += 1,
            b'}' | b']' => level = level.saturating_sub(1),
            _ => {}
        }
        most = most.max(level);
    }
    most >= LEVELS
}

/// True for columns in which an empty text is no value.
pub(super) fn is_text(b: &Bound) -> bool {
    matches!(b.source, Source::Text | Source::Json | Source::Dictionary)
}

/// True if the numbers of a column can be taken as they are.
fn is_number(b: &Bound, leaf: &Leaf) -> bool {
    match leaf.array.data_type() {
        DataType::Decimal64(_, scale) | DataType::Decimal128(_, scale) => (0..=28).contains(scale),
        DataType::Int64 => true,
        _ => is_text(b),
    }
}

/// Which values are there; `None` if all are.
fn given(b: &Bound, leaf: &Leaf) -> Option<Vec<bool>> {
    let empty = |i: usize| leaf.is_null(i) || is_text(b) && text(leaf, i).is_none_or(|t| t.is_empty());
    let filled = |values: &StringArray| values.value_offsets().windows(2).all(|w| w[0] < w[1]);
    let may_lack = leaf.nulls.is_some()
        || match (leaf.array.as_string_opt::<i32>(), dictionary(&leaf.array)) {
            (Some(values), _) | (_, Some((_, values))) => !filled(values),
            _ => is_text(b),
        };
    let n = leaf.array.len();
    (may_lack && (0..n).any(empty)).then(|| (0..n).map(|i| !empty(i)).collect())
}

/// The keys and texts of a dictionary.
fn dictionary(array: &ArrayRef) -> Option<(&[i32], &StringArray)> {
    let d = array.as_dictionary_opt::<Int32Type>()?;
    Some((d.keys().values(), d.values().as_string_opt::<i32>()?))
}

/// A value as text; nothing for null.
fn text(leaf: &Leaf, i: usize) -> Option<Cow<'_, str>> {
    if leaf.is_null(i) { None } else { cell::text(&leaf.array, i) }
}

/// The text that a JSON text stands for, if it is a string without escapes; a text of another form stands for itself.
pub(super) fn bare<'t>(source: &Source, text: &'t str) -> &'t str {
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')).filter(|t| !t.contains(['"', '\\']));
    inner.filter(|_| *source == Source::Json).unwrap_or(text)
}

/// True if most numbers of a column stand with their units; the first ones say so.
fn have_units(leaf: &Leaf, source: &Source) -> bool {
    let given = (0..leaf.array.len()).filter_map(|i| text(leaf, i)).filter(|t| !t.is_empty());
    let first: Vec<Cow<'_, str>> = given.take(measured::LOOK).collect();
    measured::have_units(first.iter().map(|t| bare(source, t).trim()))
}

/// The text that a value is; nothing for what is no text in JSON.
fn meant<'t>(source: &Source, text: &'t str) -> Option<Cow<'t, str>> {
    if *source != Source::Json {
        return Some(Cow::Borrowed(text));
    }
    let inner = text.strip_prefix('"').and_then(|t| t.strip_suffix('"'))?;
    if inner.contains('\\') { serde_json::from_str(text).ok().map(Cow::Owned) } else { Some(Cow::Borrowed(inner)) }
}

/// The one text of all rows; `Some(None)` if none has one.
pub(super) fn same(leaf: &Leaf, rows: usize) -> Option<Option<String>> {
    let first = text(leaf, 0).filter(|t| !t.is_empty());
    (1..rows).all(|i| text(leaf, i).filter(|t| !t.is_empty()) == first).then(|| first.map(Cow::into_owned))
}

/// A number written in digits alone, such as `-12.50`: units and decimals.
fn plain(text: &str) -> Option<(i64, u32)> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.len() > 18 || !digits.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
        return None;
    }
    let x = Number::parse(text).ok()?;
    Some((i64::try_from(x.mantissa()).ok()?, x.scale()))
}
