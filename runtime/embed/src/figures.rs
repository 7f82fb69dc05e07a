//! The figures of a rule by name, out of the reference's result or out of native code's.

use footrule_mir::{Program, Ty, UnitId};
use footrule_native::Kernel;
use footrule_native::layout::Layout;
use footrule_runtime::{Brief, Figure, Footprint, ReportValue};
use std::fmt;

/// A figure of a rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FigureInfo {
    /// `total`, `stage.smelting`, `gas.CO2`, `report.share`; with several products `milk.total` and so on.
    pub name: String,
    /// Its unit; empty for what has none.
    pub unit: String,
    what: What,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum What {
    Total(usize),
    Stage(usize, usize),
    /// Of a product; `None` for CO2e that is not known by gas.
    Gas(usize, Option<usize>),
    Report(usize),
}

/// A published figure of one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Published {
    /// There is none: a gas that does not occur.
    Absent,
    /// `units × 10^-decimals`, rounded as the rule says.
    Decimal {
        /// Integer.
        units: i128,
        /// Decimals.
        decimals: u32,
    },
    /// A condition that is reported.
    Bool(bool),
    /// A text, a member or a day that is reported.
    Text(String),
}

impl fmt::Display for Published {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => Ok(()),
            Self::Decimal { units, decimals: 0 } => write!(f, "{units}"),
            Self::Decimal { units, decimals } => {
                let (sign, places) = (if *units < 0 { "-" } else { "" }, *decimals as usize);
                let digits = format!("{:0>width$}", units.unsigned_abs(), width = places + 1);
                let (whole, part) = digits.split_at(digits.len() - places);
                write!(f, "{sign}{whole}.{part}")
            }
            Self::Bool(b) => write!(f, "{b}"),
            Self::Text(t) => f.write_str(t),
        }
    }
}

/// The figures that a layout wants, in the order of the result.
pub(crate) fn figures(program: &Program, layout: &Layout) -> Vec<FigureInfo> {
    let unit = |u: UnitId| program.units.get(u.ix()).map_or_else(String::new, |u| u.text.clone());
    let mut all = Vec::new();
    for (p, product) in program.products.iter().enumerate() {
        let prefix = if product.name.id.is_empty() { String::new() } else { format!("{}.", product.name.id) };
        let mut add = |name: String, what| {
            all.push(FigureInfo { name: format!("{prefix}{name}"), unit: unit(product.result_unit), what });
        };
        add("total".to_owned(), What::Total(p));
        for (s, stage) in program.stages.iter().enumerate() {
            add(format!("stage.{}", stage.id), What::Stage(p, s));
        }
        for (g, gas) in program.gases.iter().enumerate() {
            add(format!("gas.{}", gas.name.id), What::Gas(p, Some(g)));
        }
        add("gas.other".to_owned(), What::Gas(p, None));
    }
    for (r, report) in program.reports.iter().enumerate() {
        let unit = match program.nodes.get(report.value.ix()).map(|n| &n.ty) {
            Some(Ty::Number(u) | Ty::Split(u)) => unit(*u),
            _ => String::new(),
        };
        all.push(FigureInfo { name: format!("report.{}", report.name.id), unit, what: What::Report(r) });
    }
    all.retain(|f| layout.wants(&f.name));
    all
}

impl FigureInfo {
    /// The figure in the reference's result.
    pub(crate) fn of(&self, program: &Program, brief: &Brief) -> Published {
        let footprint = |p: usize| brief.footprints.get(p);
        match self.what {
            What::Total(p) => decimal(footprint(p).map(|f| &f.total)),
            What::Stage(p, s) => decimal(footprint(p).and_then(|f| f.stages.get(s)).map(|s| &s.figure)),
            What::Gas(p, g) => decimal(footprint(p).and_then(|f| gas(program, f, g))),
            What::Report(r) => match brief.reports.get(r).map(|r| &r.value) {
                Some(ReportValue::Figure(f)) => decimal(Some(f)),
                Some(ReportValue::Bool(b)) => Published::Bool(*b),
                Some(ReportValue::Text(t)) => Published::Text(t.clone()),
                None => Published::Absent,
            },
        }
    }

    /// Where the figure stands among the outputs of a kernel.
    pub(crate) fn place(&self, kernel: &Kernel) -> Option<Place> {
        let at = |name: &str| kernel.outputs.iter().position(|o| o.name == name);
        let own = at(&self.name)?;
        let there = matches!(self.what, What::Gas(..)).then(|| at(&format!("{}?", self.name)));
        let condition = kernel.outputs.get(own)?.round.is_none();
        match there {
            None => Some(Place { own, there: None, condition }),
            Some(there) => Some(Place { own, there: Some(there?), condition }),
        }
    }
}

/// Where a figure stands among the outputs of a kernel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    own: usize,
    /// Whether there is one.
    there: Option<usize>,
    condition: bool,
}

impl Place {
    /// The figure, by what reads an output: coefficient and decimals.
    pub(crate) fn of(self, output: impl Fn(usize) -> (i64, u32)) -> Published {
        if self.there.is_some_and(|t| output(t).0 == 0) {
            return Published::Absent;
        }
        let (units, decimals) = output(self.own);
        if self.condition { Published::Bool(units != 0) } else { Published::Decimal { units: units.into(), decimals } }
    }
}

fn gas<'a>(program: &Program, footprint: &'a Footprint, gas: Option<usize>) -> Option<&'a Figure> {
    let wanted = gas.map(|g| program.gases.get(g).map_or("", |g| g.name.id.as_str()));
    let found = footprint.gases.iter().find(|g| g.name.as_ref().map(|n| n.id.as_str()) == wanted);
    found.map(|g| &g.figure)
}

fn decimal(figure: Option<&Figure>) -> Published {
    let Some(figure) = figure else { return Published::Absent };
    let (whole, part) = figure.value.split_once('.').unwrap_or((&figure.value, ""));
    // A published figure is digits with at most one point.
    let units = format!("{whole}{part}").parse();
    units.map_or(Published::Absent, |units| Published::Decimal { units, decimals: part.len() as u32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn figures_are_written_with_all_their_decimals() {
        for (units, decimals, text) in [(10785, 0, "10785"), (-5, 3, "-0.005"), (1200, 2, "12.00"), (0, 1, "0.0")] {
            assert_eq!(Published::Decimal { units, decimals }.to_string(), text);
        }
    }
}
