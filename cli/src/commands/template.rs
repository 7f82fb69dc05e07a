//! `footrule template`

use super::Context;
use crate::args::{FormFormat, Template};
use crate::exit::Exit;
use crate::output;
use crate::session::Workbench;
use footrule_diag::{Code, Diagnostic, text};
use footrule_forms::Form;
use std::io::{IsTerminal as _, Write as _};

/// Makes an input form.
pub fn run(cx: &Context, args: &Template) -> Exit {
    let mut bench = Workbench::new();
    let program = match bench.open_rule(&args.rule).and_then(|key| bench.program(&key)) {
        Ok(program) => program,
        Err(refused) => return cx.refuse(&refused, &|key| bench.source(key)),
    };
    let format = args.format.unwrap_or_else(|| by_ending(args.output.as_deref().unwrap_or_default()));
    let form = Form::new(&program);
    let made = match format {
        FormFormat::Json => Ok(footrule_forms::json(&form).into_bytes()),
        FormFormat::Csv => footrule_forms::csv(&form),
        FormFormat::Xlsx => footrule_forms::xlsx(&form),
    };
    let written = made.map_err(|e| (e.clone(), e)).and_then(|bytes| match args.output.as_deref() {
        Some(path) if path != "-" => create(path, &bytes),
        _ if format == FormFormat::Xlsx && std::io::stdout().is_terminal() => {
            Err(("工作簿不能显示在终端上，请加 --output".into(), "a workbook is no text; give --output".into()))
        }
        _ => std::io::stdout().lock().write_all(&bytes).map_err(|e| (e.to_string(), e.to_string())),
    });
    match written {
        Ok(()) => {
            if let Some(path) = args.output.as_deref().filter(|p| *p != "-") {
                output::note(&format!("{} {path}\n", cx.word("已写入", "wrote")));
            }
            Exit::Fine
        }
        Err((zh, en)) => cx.refuse(&[Diagnostic::new(Code::C001, text!("{zh}", "{en}"))], &|_| None),
    }
}

fn by_ending(path: &str) -> FormFormat {
    match path.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).as_deref() {
        Some("csv") => FormFormat::Csv,
        Some("xlsx") => FormFormat::Xlsx,
        _ => FormFormat::Json,
    }
}

/// Writes a new file; a form that somebody filled in is not overwritten.
fn create(path: &str, bytes: &[u8]) -> Result<(), (String, String)> {
    let file = std::fs::OpenOptions::new().write(true).create_new(true).open(path);
    file.and_then(|mut f| f.write_all(bytes))
        .map_err(|e| (format!("`{path}` 无法写入：{e}"), format!("`{path}` cannot be written: {e}")))
}
