//! `footrule build`: a rule for other programs.
//!
//! What is built stands under its name only when it is whole.

use super::Context;
use crate::args::Build;
use crate::exit::Exit;
use crate::session::{BUNDLE, Workbench};
use crate::{bug, output};
use footrule_diag::{Code, Diagnostic, text};
use footrule_embed::{Fixed, NoObject, ObjectOptions, Range, Rule};
use footrule_mir::Program;
use footrule_number::Number;
use std::path::{Path, PathBuf};

/// What can be built.
const KINDS: [&str; 4] = ["bundle", "object", "header", "schema"];

/// Builds what is asked for.
pub fn run(cx: &Context, args: &Build) -> Exit {
    bug::phase("load");
    let mut bench = Workbench::new();
    match build(&mut bench, args) {
        Ok(written) => {
            for path in written {
                output::note(&format!("{} {}\n", cx.word("已写入", "wrote"), path.display()));
            }
            Exit::Fine
        }
        Err(refused) => cx.refuse(&refused, &|key| bench.source(key)),
    }
}

fn build(bench: &mut Workbench, args: &Build) -> Result<Vec<PathBuf>, Vec<Diagnostic>> {
    let kinds: Vec<&str> = args.emit.iter().map(|k| k.trim()).collect();
    if let Some(unknown) = kinds.iter().find(|k| !KINDS.contains(k)) {
        let known = KINDS.join(", ");
        return Err(refused(
            &format!("没有产物 `{unknown}`，可取 {known}"),
            &format!("there is no kind `{unknown}`; there are {known}"),
        ));
    }
    let options = options(args)?;
    let key = bench.open_rule(&args.rule)?;
    bug::phase("compile");
    let program = bench.program(&key)?;
    bug::phase("build");
    // A bundle's own files are named already.
    let rule = match args.rule.starts_with("std:") || args.rule.ends_with(BUNDLE) {
        true => Rule::new(program),
        false => Rule::new(footrule_embed::placed(&program, &args.rule)),
    };
    let files = files(&rule, &kinds, &options)?;
    let folder = Path::new(&args.out);
    let written = std::fs::create_dir_all(folder).and_then(|()| {
        files.iter().map(|(name, bytes)| whole(&folder.join(name), bytes)).collect::<std::io::Result<Vec<_>>>()
    });
    written.map_err(|e| {
        refused(&format!("`{}` 无法写入：{e}", args.out), &format!("`{}` cannot be written: {e}", args.out))
    })
}

/// Names and contents of what is built.
fn files(rule: &Rule, kinds: &[&str], options: &ObjectOptions) -> Result<Vec<(String, Vec<u8>)>, Vec<Diagnostic>> {
    let name = rule.name();
    let mut files = Vec::new();
    let asked = |kind: &str| kinds.contains(&kind);
    if asked("bundle") {
        let bytes = rule.bundle().map_err(|e| vec![Diagnostic::new(Code::C005, text!("{e}", "{e}"))])?;
        files.push((format!("{name}{BUNDLE}"), bytes));
    }
    if asked("object") || asked("header") {
        let object = rule.object(options).map_err(|e| no_object(rule.program(), &e))?;
        let ending = if cfg!(windows) { "obj" } else { "o" };
        if asked("object") {
            files.push((format!("{}.{ending}", object.symbol), object.bytes));
        }
        if asked("header") {
            files.push((format!("{}.h", object.symbol), object.header.into_bytes()));
        }
    }
    if asked("schema") {
        let schema = format!("{:#}\n", footrule_forms::input_schema(rule.program()));
        files.push((format!("{name}.schema.json"), schema.into_bytes()));
    }
    Ok(files)
}

fn no_object(program: &Program, e: &NoObject) -> Vec<Diagnostic> {
    let id = &program.rule.name.id;
    let d = match e {
        NoObject::Option(_) => return refused(&format!("目标文件不能生成：{e}"), &e.to_string()),
        NoObject::Data(paths) => {
            let paths = paths.join(", ");
            text!("`{id}` 的数据 {paths} 不能成为列", "these data of `{id}` cannot stand in columns: {paths}")
        }
        NoObject::Reference(why) => {
            text!("`{id}` 只有参考解释器能算：{why}", "only the reference can evaluate `{id}`: {why}")
        }
    };
    let help = text!(
        "可用 `--emit bundle` 与运行时；缺少核算期时加 `--period`，只要部分结果时加 `--figures`，取值范围更窄时加 `--range`",
        "take `--emit bundle` and the run time; give `--period` if it is missing, `--figures` if some suffice, `--range` if the code is to be for narrower ones"
    );
    vec![Diagnostic::new(Code::C020, d).help(help)]
}

fn refused(zh: &str, en: &str) -> Vec<Diagnostic> {
    vec![Diagnostic::new(Code::C020, text!("{zh}", "{en}"))]
}

fn options(args: &Build) -> Result<ObjectOptions, Vec<Diagnostic>> {
    let figures = args.figures.iter().map(|f| f.trim().to_owned()).collect::<Vec<_>>();
    Ok(ObjectOptions {
        symbol: args.symbol.clone(),
        fixed: Fixed {
            period: args.period.clone(),
            scenario: args.scenario.clone(),
            figures: Some(figures).filter(|f| !f.is_empty()),
        },
        ranges: args.range.iter().map(|r| range(r)).collect::<Result<_, _>>()?,
        decimals: args.decimals,
        items: args.items,
        ..ObjectOptions::default()
    })
}

/// `name=low..high`
fn range(text: &str) -> Result<Range, Vec<Diagnostic>> {
    let read = || {
        let (path, ends) = text.split_once('=')?;
        let (lo, hi) = ends.split_once("..")?;
        let number = |t: &str| Number::parse(t.trim()).ok();
        Some(Range { path: path.trim().to_owned(), lo: number(lo)?, hi: number(hi)? })
    };
    read().ok_or_else(|| {
        refused(
            &format!("`--range {text}` 应写成 `--range 名称=下限..上限`"),
            &format!("`--range {text}` should read `--range NAME=LOW..HIGH`"),
        )
    })
}

/// Writes a file under its name when it is whole.
fn whole(path: &Path, bytes: &[u8]) -> std::io::Result<PathBuf> {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".part");
    std::fs::write(&aside, bytes)?;
    std::fs::rename(&aside, path)?;
    Ok(path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_has_two_ends() {
        let read = range("items[].mass = -1.5 .. 200").expect("a range");
        assert_eq!(
            (read.path.as_str(), read.lo.to_string(), read.hi.to_string()),
            ("items[].mass", "-1.5".into(), "200".into())
        );
        for bad in ["x", "x=1", "x=1..y", "=.."] {
            assert_eq!(range(bad).map_err(|d| d[0].code), Err(Code::C020), "{bad}");
        }
    }
}
