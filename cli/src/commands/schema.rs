//! `footrule schema`

use super::Context;
use crate::args::Schema;
use crate::exit::Exit;
use crate::output;
use crate::session::Workbench;

/// Prints the JSON Schema of a rule's input, or of the result record.
pub fn run(cx: &Context, args: &Schema) -> Exit {
    let Some(rule) = &args.rule else {
        output::print(footrule_forms::RESULT);
        return Exit::Fine;
    };
    let mut bench = Workbench::new();
    match bench.open_rule(rule).and_then(|key| bench.program(&key)) {
        Ok(program) => {
            output::line(&format!("{:#}", footrule_forms::input_schema(&program)));
            Exit::Fine
        }
        Err(refused) => cx.refuse(&refused, &|key| bench.source(key)),
    }
}
