//! Columns: certified code, exact code for the rows that it leaves, the reference for the rest; and one record at a time.
//!
//! Guarantees: every row has its published figures or the reference's findings, never neither; which
//! evaluator answered changes no digit. Native code is made when columns need it, and kept.

use crate::document;
use crate::figures::{FigureInfo, Place, Published, figures};
use crate::layout::{Datum, datum, members};
use footrule_diag::Diagnostic;
use footrule_mir::Program;
use footrule_native::answers::Answers;
use footrule_native::certified::{Cell, Said, Single};
use footrule_native::columns::{Column, Columns, Misfit, Values};
use footrule_native::layout::{Kind, Layout};
use footrule_native::variants::Specialised;
use footrule_runtime::{Brief, Finding, InputDoc, Inputs, Request, evaluate_brief};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// How the document of a row is called in findings.
const FILE: &str = "row";

/// Texts of columns of [`Kind::Opaque`], by path: one for each row (or item of the list).
pub type Texts = BTreeMap<String, Vec<String>>;

/// A rule over columns of one layout.
#[derive(Debug)]
pub struct Prepared {
    program: Arc<Program>,
    layout: Layout,
    members: Vec<u32>,
    figures: Vec<FigureInfo>,
    native: Option<Native>,
}

#[derive(Debug)]
struct Native {
    code: Specialised,
    places: Vec<Place>,
}

/// What came of some rows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Results {
    /// For each of [`Prepared::figures`] its values, one for each row; `Absent` in rows that are refused.
    pub figures: Vec<Vec<Published>>,
    /// Warnings, by row.
    pub warnings: BTreeMap<usize, Vec<Finding>>,
    /// Rows without figures, and everything that is wrong with them.
    pub refused: BTreeMap<usize, Vec<Diagnostic>>,
    /// How many rows native code answered.
    pub native: usize,
}

impl Native {
    /// The figures of a row, if native code is sure of it; one that is warned of is put into words by the reference.
    fn row<'a>(&'a self, answers: &'a Answers, row: usize) -> Option<impl Iterator<Item = Published> + 'a> {
        let quiet = || answers.holds.iter().all(|h| h[row]);
        let output = move |k: usize| {
            let f = &answers.figures[k];
            (f.coefficients[row], f.each.as_ref().map_or(f.decimals, |e| e[row]))
        };
        (answers.sure[row] && quiet()).then(|| self.places.iter().map(move |p| p.of(output)))
    }
}

impl Prepared {
    pub(crate) fn new(program: Arc<Program>, layout: Layout) -> Result<Self, Misfit> {
        for column in &layout.columns {
            let fits = matches!(
                (datum(&program, &column.path), column.kind),
                (Some(Datum::Number(_)), Kind::Number { .. })
                    | (Some(Datum::Member(_)), Kind::Member)
                    | (Some(Datum::Flag), Kind::Flag)
                    | (Some(Datum::Text | Datum::Other), Kind::Opaque)
            );
            if !fits {
                return Err(Misfit(format!("{} is no input of the rule, or of another kind", column.path)));
            }
        }
        let figures = figures(&program, &layout);
        let members = members(&program, &layout);
        let native = Specialised::new(&program, &layout).ok().and_then(|code| {
            let places: Option<Vec<Place>> = figures.iter().map(|f| f.place(code.kernel())).collect();
            Some(Native { code, places: places? })
        });
        Ok(Self { program, layout, members, figures, native })
    }

    /// The columns.
    #[must_use]
    pub fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The figures, in the order of [`Results::figures`].
    #[must_use]
    pub fn figures(&self) -> &[FigureInfo] {
        &self.figures
    }

    /// True if native code answers rows of this layout; else all go to the reference.
    #[must_use]
    pub fn is_native(&self) -> bool {
        self.native.is_some()
    }

    /// Evaluates rows.
    ///
    /// # Errors
    /// [`Misfit`] if the columns are not those of the layout, or a column of texts has none.
    pub fn evaluate(&self, columns: &Columns, texts: &Texts) -> Result<Results, Misfit> {
        columns.fit(&self.layout)?;
        for c in self.layout.columns.iter().filter(|c| c.kind == Kind::Opaque) {
            if texts.get(&c.path).is_none_or(|t| t.len() != columns.length(c.list)) {
                return Err(Misfit(format!("{} has not one text for each value", c.path)));
            }
        }
        let mut out =
            Results { figures: vec![Vec::with_capacity(columns.rows); self.figures.len()], ..Results::default() };
        let native = self.native.as_ref().filter(|_| self.known(columns));
        let by_native = native.map(|n| (n, n.code.answers(columns, n.code.hull(columns), |_| false)));
        for row in 0..columns.rows {
            if let Some(found) = by_native.as_ref().and_then(|(native, answers)| native.row(answers, row)) {
                out.native += 1;
                out.figures.iter_mut().zip(found).for_each(|(column, figure)| column.push(figure));
                continue;
            }
            match self.reference(columns, texts, row) {
                Ok(brief) => {
                    for (column, figure) in out.figures.iter_mut().zip(&self.figures) {
                        column.push(figure.of(&self.program, &brief));
                    }
                    if !brief.warnings.is_empty() {
                        out.warnings.insert(row, brief.warnings);
                    }
                }
                Err(found) => {
                    out.figures.iter_mut().for_each(|c| c.push(Published::Absent));
                    out.refused.insert(row, found);
                }
            }
        }
        Ok(out)
    }

    /// Every member is one of its enumeration: native code takes that for granted.
    fn known(&self, columns: &Columns) -> bool {
        columns.columns.iter().zip(&self.members).all(|(c, n)| match &c.values {
            Values::Member(v) => v.iter().all(|m| m < n),
            _ => true,
        })
    }

    /// What the reference says of a row.
    fn reference(&self, columns: &Columns, texts: &Texts, row: usize) -> Result<Brief, Vec<Diagnostic>> {
        let layout = &self.layout;
        let mut document = document::of_row(document::Source { program: &self.program, layout, columns, texts }, row);
        if let (Value::Object(top), Some(gwp)) = (&mut document, &layout.gwp) {
            top.insert("gwp".to_owned(), Value::String(gwp.clone()));
        }
        let document = InputDoc::parse(FILE, &document.to_string()).map_err(|d| vec![d])?;
        let scenario = layout.scenario.and_then(|s| self.program.scenarios.get(s)).map(|s| s.name.id.as_str());
        let request = Request { document: Some(&document), period: layout.period, scenario, ..Request::default() };
        evaluate_brief(&self.program, &Inputs::read(&self.program, request)?)
    }

    /// Room for one record at a time; nothing if the layout has lists, or columns of texts.
    #[must_use]
    pub fn one(&self) -> Option<One<'_>> {
        let plain = self.layout.lists.is_empty() && self.layout.columns.iter().all(|c| c.kind != Kind::Opaque);
        plain.then(|| One { prepared: self, single: None, slow: Vec::new(), warnings: Vec::new() })
    }
}

/// One record at a time.
#[derive(Debug)]
pub struct One<'p> {
    prepared: &'p Prepared,
    single: Option<Single>,
    /// What the reference said last.
    slow: Vec<Published>,
    warnings: Vec<Finding>,
}

/// The figures of one record.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    from: From<'a>,
    warnings: &'a [Finding],
}

#[derive(Debug, Clone, Copy)]
enum From<'a> {
    Certified(&'a [(i64, u32)], &'a [Place]),
    Exact(&'a [Published]),
    Reference(&'a [Published]),
}

impl Row<'_> {
    /// A figure, by its position in [`Prepared::figures`].
    #[must_use]
    pub fn figure(&self, at: usize) -> Option<Published> {
        match self.from {
            From::Certified(figures, places) => Some(places.get(at)?.of(|k| figures[k])),
            From::Exact(all) | From::Reference(all) => all.get(at).cloned(),
        }
    }

    /// What the rule warns of.
    #[must_use]
    pub fn warnings(&self) -> &[Finding] {
        self.warnings
    }

    /// True if native code answered.
    #[must_use]
    pub fn is_native(&self) -> bool {
        !matches!(self.from, From::Reference(..))
    }
}

/// Why a record has no figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Its cells are not those of the layout.
    Misfit(Misfit),
    /// What the rule, or the run time, finds wrong with it.
    Findings(Vec<Diagnostic>),
}

impl One<'_> {
    /// Evaluates a record, one cell for each column. Where native code is sure nothing is allocated. Code is made for the
    /// ranges of values that come: the first record, and one far outside what came before, take a millisecond.
    ///
    /// # Errors
    /// Everything that is wrong with the record.
    pub fn evaluate(&mut self, cells: &[Cell]) -> Result<Row<'_>, Refused> {
        let mut said = self.single.as_mut().map_or(Said::Outside, |s| s.evaluate(cells));
        if said == Said::Outside {
            self.widen(&columns_of(&self.prepared.layout, cells).map_err(Refused::Misfit)?);
            said = self.single.as_mut().map_or(Said::Outside, |s| s.evaluate(cells));
        }
        if let (Said::Sure, Some(single), Some(native)) = (said, &self.single, &self.prepared.native)
            && single.sure().holds.iter().all(|holds| *holds)
        {
            return Ok(Row { from: From::Certified(single.sure().figures, &native.places), warnings: &[] });
        }
        let columns = columns_of(&self.prepared.layout, cells).map_err(Refused::Misfit)?;
        if let Some(native) = self.prepared.native.as_ref().filter(|_| self.prepared.known(&columns)) {
            // Ties, for instance, are no harder for exact code than other figures.
            let hull = native.code.hull(&columns);
            let hull = self.single.as_ref().map_or(hull.clone(), |s| hull.union(s.code().hull()));
            let answers = native.code.answers(&columns, hull, |_| false);
            if let Some(found) = native.row(&answers, 0) {
                self.slow = found.collect();
                return Ok(Row { from: From::Exact(&self.slow), warnings: &[] });
            }
        }
        let brief = self.prepared.reference(&columns, &Texts::new(), 0).map_err(Refused::Findings)?;
        let of = |f: &FigureInfo| f.of(&self.prepared.program, &brief);
        self.slow = self.prepared.figures.iter().map(of).collect();
        self.warnings = brief.warnings;
        Ok(Row { from: From::Reference(&self.slow), warnings: &self.warnings })
    }

    /// Code for these values and all that the code at hand is for.
    fn widen(&mut self, columns: &Columns) {
        let Some(native) = self.prepared.native.as_ref().filter(|_| self.prepared.known(columns)) else { return };
        let hull = native.code.hull(columns);
        let hull = self.single.as_ref().map_or(hull.clone(), |s| hull.union(s.code().hull()));
        let code = native.code.certified(hull);
        let single = code.and_then(|code| Single::new(code, &self.prepared.layout, &self.prepared.members));
        self.single = single.or(self.single.take());
    }
}

/// One row of columns.
fn columns_of(layout: &Layout, cells: &[Cell]) -> Result<Columns, Misfit> {
    if cells.len() != layout.columns.len() {
        return Err(Misfit(format!("there are {} cells for {} columns", cells.len(), layout.columns.len())));
    }
    let mut columns = Columns { rows: 1, ..Columns::default() };
    for (cell, info) in cells.iter().zip(&layout.columns) {
        let values = match (*cell, info.kind) {
            (Cell::Decimal { units, scale }, Kind::Number { .. }) => Values::Decimal { units: vec![units], scale },
            (Cell::Member(m), Kind::Member) => Values::Member(vec![m]),
            (Cell::Flag(b), Kind::Flag) => Values::Flag(vec![b]),
            (Cell::Missing, Kind::Number { .. }) => Values::Decimal { units: vec![0], scale: 0 },
            (Cell::Missing, Kind::Member) => Values::Member(vec![0]),
            (Cell::Missing, Kind::Flag) => Values::Flag(vec![false]),
            _ => return Err(Misfit(format!("{} is of another kind", info.path))),
        };
        let given = info.nullable.then(|| vec![*cell != Cell::Missing]);
        if given.is_none() && *cell == Cell::Missing {
            return Err(Misfit(format!("{} must have a value", info.path)));
        }
        columns.columns.push(Column { values, given });
    }
    columns.fit(layout)?;
    Ok(columns)
}
