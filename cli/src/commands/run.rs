//! `footrule run`

use super::Context;
use crate::args::{Calculation, Format, Run};
use crate::exit::Exit;
use crate::render::{self, json, outcome};
use crate::session::{self, Workbench};
use crate::{bug, output};
use footrule_diag::{Code, Diagnostic, text};
use footrule_mir::Program;
use footrule_runtime::{InputDoc, Inputs};
use std::io::{self, Read as _};
use std::sync::Arc;

/// Calculates one footprint.
pub fn run(cx: &Context, args: &Run) -> Exit {
    bug::phase("load");
    let mut bench = Workbench::new();
    let refused = match calculate(&mut bench, args) {
        Ok(result) => {
            match args.format {
                Format::Human => output::print(&outcome::human(&result, cx.stdout())),
                Format::Json => output::line(&outcome::json(&result)),
            }
            return Exit::Fine;
        }
        Err(refused) => refused,
    };
    refuse(cx, args.format, &bench, &refused)
}

fn calculate(bench: &mut Workbench, args: &Run) -> Result<session::Outcome, Vec<Diagnostic>> {
    let (program, inputs) = prepare(bench, &args.of)?;
    bug::phase("evaluate");
    session::evaluate(&program, &inputs, args.explain)
}

/// The rule, compiled, and its inputs: from JSON, from a filled form, from `--set`.
pub(super) fn prepare(bench: &mut Workbench, of: &Calculation) -> Result<(Arc<Program>, Inputs), Vec<Diagnostic>> {
    let sets = of.set.iter().map(|s| split(s)).collect::<Result<Vec<_>, _>>()?;
    let key = bench.open_rule(&of.rule)?;
    bug::phase("compile");
    let program = bench.program(&key)?;
    bug::phase("input");
    let sets = said(&program, sets, of.scenario.as_deref());
    if let Some(path) = of.input.as_deref().filter(|p| is_form(p)) {
        let inputs = session::form(bench, &program, path, &sets)?;
        return Ok((program, inputs));
    }
    let (file, data) = match of.input.as_deref() {
        Some("-") => ("-".to_owned(), stdin()),
        Some(path) => (path.to_owned(), session::read(path)),
        None => ("--set".to_owned(), Ok("{}".to_owned())),
    };
    let data = data.map_err(|e| vec![session::unreadable(&file, &e)])?;
    bench.keep(&file, &data);
    let inputs = session::inputs(&program, &file, &data, &sets)?;
    Ok((program, inputs))
}

/// Shows why there is no result. Whoever reads JSON gets JSON then, too.
pub(super) fn refuse(cx: &Context, format: Format, bench: &Workbench, refused: &[Diagnostic]) -> Exit {
    let source: render::Source<'_> = &|key| bench.source(key);
    if format == Format::Json {
        output::line(&json::report(refused, source, 1));
        return Exit::of(refused);
    }
    cx.refuse(refused, source)
}

/// True for a filled form in CSV or XLSX.
fn is_form(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    path.ends_with(".csv") || path.ends_with(".xlsx")
}

fn stdin() -> io::Result<String> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    session::utf8(bytes)
}

/// `name=value`
pub(super) fn split(set: &str) -> Result<(String, String), Vec<Diagnostic>> {
    match set.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => Ok((name.trim().to_owned(), value.trim().to_owned())),
        _ => {
            let message = text!("`--set {set}` 应写成 `--set 名称=值`", "`--set {set}` should read `--set name=value`");
            let help = text!("例如 `--set production=\"1000 t\"`", "for example `--set production=\"1000 t\"`");
            Err(vec![Diagnostic::new(Code::C004, message).help(help)])
        }
    }
}

/// What `--set` and `--scenario` say of a rule, as documents take it.
pub(super) fn said(program: &Program, sets: Vec<(String, String)>, scenario: Option<&str>) -> Vec<(String, String)> {
    let inputs = sets.into_iter().map(|(name, value)| (InputDoc::path_of(program, &name).into_owned(), value));
    inputs.chain(scenario.map(|s| ("scenario".to_owned(), s.to_owned()))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_has_a_name() {
        assert_eq!(split("x = 5 t").ok(), Some(("x".to_owned(), "5 t".to_owned())));
        assert_eq!(split("x=a=b").ok(), Some(("x".to_owned(), "a=b".to_owned())));
        assert_eq!(split("x").map_err(|d| d[0].code), Err(Code::C004));
        assert_eq!(split("=5").map_err(|d| d[0].code), Err(Code::C004));
    }
}
