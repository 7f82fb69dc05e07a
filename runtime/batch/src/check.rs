//! What can be said of a call before any row is read.

use crate::bind::below_inputs;
use crate::format::Format;
use crate::run::Job;
use crate::write::names;
use footrule_diag::{Code, Diagnostic, text};
use footrule_mir::Program;
use footrule_runtime::{INPUTS, InputDoc, Inputs, Request, has_input};
use std::path::Path;

/// What is wrong with a value whatever the rest of the row is: its name, how it is written, its unit, its kind.
const ALONE: [Code; 9] =
    [Code::I001, Code::I004, Code::I005, Code::I006, Code::I007, Code::I009, Code::I010, Code::I011, Code::I021];

/// The place below `inputs` that an argument of `--set` names, or the key beside them.
pub(crate) fn given<'p>(program: &Program, path: &'p str) -> &'p str {
    let path = path.split('[').next().unwrap_or(path);
    below_inputs(path)
        .filter(|below| InputDoc::path_of(program, below) == path || !has_input(program, INPUTS))
        .unwrap_or(path)
}

/// What `--set` and `--scenario` say can be read, and names something in the rule: else each row would say that it does not.
pub(crate) fn sets(program: &Program, given: &InputDoc) -> Result<(), Vec<Diagnostic>> {
    let request = Request { document: Some(given), ..Request::default() };
    let found = Inputs::read(program, request).err().unwrap_or_default();
    // That there is no period may only mean that the table gives it.
    let period = given.gives_period();
    let alone = |d: &Diagnostic| ALONE.contains(&d.code) && (d.code != Code::I010 || period);
    let wrong: Vec<_> = found.into_iter().filter(alone).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong) }
}

/// The format of the file of findings, by its name.
pub(crate) fn findings(path: &str) -> Result<Format, Vec<Diagnostic>> {
    if path == "-" {
        let m = text!("--errors 要写文件名", "--errors names a file");
        let help = text!(
            "结果写到标准输出而不写 --errors 时，有错的行列在标准错误输出中",
            "without it, findings go to stderr if the results go to stdout"
        );
        return Err(vec![Diagnostic::new(Code::B023, m).help(help)]);
    }
    match Format::of(path) {
        Ok(format @ (Format::Csv | Format::Jsonl)) => Ok(format),
        _ => {
            let m =
                text!("`{path}`：错误表是 CSV 或 JSON Lines", "`{path}`: findings are written as CSV or JSON Lines");
            let help = text!("后缀用 .csv 或 .jsonl", "end it in .csv or .jsonl");
            Err(vec![Diagnostic::new(Code::B020, m).help(help)])
        }
    }
}

/// No file is written that is read, or written otherwise; `errors` is the file of findings.
pub(crate) fn files(job: &Job, errors: Option<&str>) -> Result<(), Vec<Diagnostic>> {
    let real = |path: &str| {
        let path = Path::new(path);
        let folder = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let new = || Some(folder.canonicalize().ok()?.join(path.file_name()?));
        path.canonicalize().ok().or_else(new).unwrap_or_else(|| path.to_owned())
    };
    let both = |a: &str, b: &str| {
        let m = text!("{a} 与 {b} 是同一文件", "{a} and {b} are the same file");
        vec![Diagnostic::new(Code::B023, m)]
    };
    let read = job.lists.iter().map(|l| ("--list", &l.path)).chain([("--input", &job.input)]);
    let read = read.chain(job.sources.iter().map(|path| (path.as_str(), path)));
    let read: Vec<_> = read.filter(|(_, path)| *path != "-").map(|(option, path)| (option, real(path))).collect();
    let output = Some(("--output", job.output.as_str())).filter(|(_, path)| *path != "-");
    let written = [output, errors.map(|path| ("--errors", path))];
    for (option, path) in written.into_iter().flatten() {
        for name in names(path) {
            if let Some((other, _)) = read.iter().find(|(_, read)| *read == real(&name)) {
                return Err(both(option, other));
            }
        }
    }
    match (output, errors) {
        (Some((_, output)), Some(errors)) if names(output).iter().any(|n| real(n) == real(errors)) => {
            Err(both("--output", "--errors"))
        }
        _ => Ok(()),
    }
}
