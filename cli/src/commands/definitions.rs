//! `footrule explain`: how definitions come about, with their exceptions.

use super::Context;
use super::run::{prepare, refuse};
use crate::args::{Explain, Format};
use crate::exit::Exit;
use crate::render::outcome;
use crate::session::Workbench;
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
    refuse(cx, args.format, &bench, &refused)
}

fn explain(bench: &mut Workbench, args: &Explain) -> Result<Vec<footrule_runtime::Explain>, Vec<Diagnostic>> {
    let (program, inputs) = prepare(bench, &args.of)?;
    bug::phase("evaluate");
    footrule_runtime::definitions(&program, &inputs, &args.definitions)
}
