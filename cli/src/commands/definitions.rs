//! `footrule explain`: how definitions come about, with their exceptions.

use super::Context;
use super::run::{split, stdin};
use crate::args::{Explain, Format};
use crate::exit::Exit;
use crate::render::{self, json, outcome};
use crate::session::{self, Workbench};
use crate::{bug, output};
use footrule_diag::Diagnostic;

/// Explains definitions of one evaluation.
pub fn run(cx: &Context, args: &Explain) -> Exit {
    bug::phase("load");
    let mut bench = Workbench::new();
    let refused = match explain(&mut bench, args) {
        Ok(list) => {
            match args.format {
                Format::Human => output::print(&outcome::derivations(&list, cx.lang)),
                Format::Json => output::line(&outcome::derivations_json(&list)),
            }
            return Exit::Fine;
        }
        Err(refused) => refused,
    };
    let source: render::Source<'_> = &|key| bench.source(key);
    if args.format == Format::Json {
        output::line(&json::report(&refused, source, 1));
        return Exit::of(&refused);
    }
    cx.refuse(&refused, source)
}

fn explain(bench: &mut Workbench, args: &Explain) -> Result<Vec<footrule_runtime::Explain>, Vec<Diagnostic>> {
    let sets = args.set.iter().map(|s| split(s)).collect::<Result<Vec<_>, _>>()?;
    let key = bench.open_rule(&args.rule)?;
    bug::phase("compile");
    let program = bench.program(&key)?;
    bug::phase("input");
    let (file, data) = match args.input.as_deref() {
        Some("-") => ("-".to_owned(), stdin()),
        Some(path) => (path.to_owned(), session::read(path)),
        None => ("--set".to_owned(), Ok("{}".to_owned())),
    };
    let data = data.map_err(|e| vec![session::unreadable(&file, &e)])?;
    bench.keep(&file, &data);
    let inputs = session::inputs(&program, &file, &data, &sets)?;
    bug::phase("evaluate");
    footrule_runtime::definitions(&program, &inputs, &args.definitions)
}
