//! `footrule fmt`
//!
//! A file with syntax errors is left as it is and its errors are shown. The other files are formatted all the same.

use super::Context;
use crate::args::{Fmt, LangChoice};
use crate::exit::Exit;
use crate::render;
use crate::session::{files, read, unreadable, utf8};
use crate::{bug, output};
use footrule_diag::{Code, Diagnostic, FileSpan, text};
use footrule_syntax::format::{Keywords, Options, format};
use std::io::{self, Read as _};

/// How stdin is called in diagnostics and diffs.
const STDIN: &str = "<stdin>";

/// Formats files in place, or stdin to stdout.
pub fn run(cx: &Context, args: &Fmt) -> Exit {
    bug::phase("fmt");
    let options = Options {
        keywords: args.keywords.map(|k| match k {
            LangChoice::Zh => Keywords::Chinese,
            LangChoice::En => Keywords::English,
        }),
    };
    if args.paths == ["-"] {
        return match stdin() {
            Ok(text) => one(cx, args, STDIN, &text, options, &mut Count::default()),
            Err(e) => cx.refuse(&[unreadable(STDIN, &e)], &|_| None),
        };
    }
    let paths = match files(&args.paths) {
        Ok(paths) => paths,
        Err(refused) => return cx.refuse(&refused, &|_| None),
    };
    let mut count = Count::default();
    let mut exit = Exit::Fine;
    for path in &paths {
        let ended = match read(path) {
            Ok(text) => one(cx, args, path, &text, options, &mut count),
            Err(e) => cx.refuse(&[unreadable(path, &e)], &|_| None),
        };
        exit = exit.max(ended);
    }
    output::note(&count.summary(cx, args.check || args.diff, paths.len()));
    exit
}

/// What became of the files.
#[derive(Debug, Default)]
struct Count {
    changed: usize,
    refused: usize,
}

impl Count {
    fn summary(&self, cx: &Context, dry: bool, files: usize) -> String {
        let Self { changed, refused } = self;
        let same = files.saturating_sub(changed + refused);
        let zh = match (dry, refused) {
            (false, 0) => format!("已重排 {changed} 个文件，{same} 个不变\n"),
            (false, _) => format!("已重排 {changed} 个文件，{same} 个不变，{refused} 个有错未动\n"),
            (true, 0) => format!("{changed} 个文件需要重排，{same} 个不变\n"),
            (true, _) => format!("{changed} 个文件需要重排，{same} 个不变，{refused} 个有错\n"),
        };
        let verb = if dry { "would be formatted" } else { "formatted" };
        let en = format!("{} {verb}, {same} unchanged", render::count(*changed, "file"));
        let en = if *refused == 0 { format!("{en}\n") } else { format!("{en}, {refused} with errors left alone\n") };
        cx.word(&zh, &en).to_owned()
    }
}

/// Formats one text and does with it what was asked for.
fn one(cx: &Context, args: &Fmt, path: &str, text: &str, options: Options, count: &mut Count) -> Exit {
    let made = match format(text, is_literate(path, text), options) {
        Ok(made) => made,
        Err(errors) => {
            count.refused += 1;
            let place = |span| FileSpan { file: path.to_owned(), span };
            let errors: Vec<Diagnostic> = errors.into_iter().map(|e| e.map_place(place)).collect();
            return cx.refuse(&errors, &|key| (key == path).then(|| text.to_owned()));
        }
    };
    let changed = made != text;
    count.changed += usize::from(changed);
    if args.check || args.diff {
        if args.check && changed {
            output::line(path);
        }
        if args.diff && changed {
            output::print(&diff(cx, path, text, &made));
        }
        return if args.check && changed { Exit::Findings } else { Exit::Fine };
    }
    if path == STDIN {
        output::print(&made);
    } else if changed && let Err(e) = std::fs::write(path, &made) {
        let message = text!("`{path}` 无法写入：{e}", "`{path}` cannot be written: {e}");
        return cx.refuse(&[Diagnostic::new(Code::C001, message)], &|_| None);
    }
    Exit::Fine
}

/// Markdown by its name; on stdin by its fences, which no plain source can have at the beginning of a line.
fn is_literate(path: &str, text: &str) -> bool {
    path.ends_with(".md") || path == STDIN && text.lines().any(|l| l.trim_start().starts_with("```pcr"))
}

fn stdin() -> io::Result<String> {
    let mut bytes = Vec::new();
    io::stdin().lock().read_to_end(&mut bytes)?;
    utf8(bytes)
}

/// A unified diff, coloured like `git diff` where colour is wanted.
fn diff(cx: &Context, path: &str, old: &str, new: &str) -> String {
    let all = similar::TextDiff::from_lines(old, new);
    let plain = all.unified_diff().context_radius(3).header(path, path).to_string();
    if !cx.stdout().color {
        return plain;
    }
    let paint = |line: &str| {
        let code = match line.as_bytes().first() {
            Some(b'+') => "32",
            Some(b'-') => "31",
            Some(b'@') => "36",
            _ => return line.to_owned(),
        };
        let body = line.strip_suffix('\n').unwrap_or(line);
        format!("\u{1b}[{code}m{body}\u{1b}[0m{}", &line[body.len()..])
    };
    plain.split_inclusive('\n').map(paint).collect()
}
