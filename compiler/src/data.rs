//! Data files of tables: CSV with a header of key and column names, an optional unit in brackets behind a column,
//! and an optional column `source`.

use crate::db::{Db, Diag, Item, SourceFile};
use crate::names::module;
use crate::package::{Outside, data_key};
use crate::types::Ty;
use footrule_diag::{Code, Span, Text, text};
use footrule_number::Number;

/// A row as read.
pub(crate) struct DataRow {
    pub keys: Vec<String>,
    pub values: Vec<Number>,
    pub source: Option<String>,
}

/// A data file that a statement names; else why it cannot be read.
pub(crate) fn file(db: &dyn Db, item: &Item, path: &str, span: Span) -> Result<SourceFile, Box<Diag>> {
    let key = match data_key(db, item.file, path) {
        Ok(key) => key,
        Err(Outside) => return Err(Box::new(outside(db, item, path, span))),
    };
    if let Some(file) = module(db, &key) {
        return Ok(file);
    }
    if crate::names::is_stray(db, &key) {
        return Err(Box::new(crate::report::stray(item.at(span), path)));
    }
    Err(Box::new(
        Diag::new(Code::P004, text!("找不到数据文件 `{path}`", "data file `{path}` not found"))
            .at(item.at(span), text!("数据文件", "data file"))
            .help(text!("路径相对于本文件：{key}", "the path is relative to this file: {key}")),
    ))
}

/// A path that leads out of the package, or of the folder of a file that belongs to none.
fn outside(db: &dyn Db, item: &Item, path: &str, span: Span) -> Diag {
    let d = match *item.file.package(db) {
        Some(p) => {
            let n = p.name(db);
            Diag::new(Code::N021, text!("`{path}` 不在包 `{n}` 内", "`{path}` is not inside the package `{n}`"))
        }
        None => Diag::new(
            Code::N021,
            text!("`{path}` 不在此文件所在的文件夹内", "`{path}` is not inside the folder of this file"),
        ),
    };
    d.at(item.at(span), text!("路径到了外面", "the path leads outside")).help(text!(
        "把文件放进包里，以 `/` 分隔、相对于本文件书写",
        "put the file into the package and write its path with `/`, relative to this file"
    ))
}

/// Reads the rows of a data file.
pub(crate) fn rows(
    db: &dyn Db,
    item: &Item,
    path: &str,
    span: Span,
    keys: &[(String, Ty)],
    columns: &[(String, Ty)],
) -> Result<Vec<DataRow>, Box<Diag>> {
    let bad = |message: Text, help: Option<Text>| {
        let mut d = Diag::new(Code::P004, message).at(item.at(span), text!("数据文件", "data file"));
        d.help = help;
        Box::new(d)
    };
    let text = file(db, item, path, span)?.text(db);
    let mut reader =
        csv::ReaderBuilder::new().trim(csv::Trim::All).from_reader(text.trim_start_matches('\u{feff}').as_bytes());
    let headers = reader
        .headers()
        .map_err(|e| bad(text!("`{path}` 不能读作 CSV：{e}", "`{path}` cannot be read as CSV: {e}"), None))?
        .clone();
    let plain: Vec<&str> = headers.iter().map(|h| h.split('[').next().unwrap_or(h).trim()).collect();
    let find = |name: &str, i: usize| {
        if name.is_empty() { (plain.len() > i).then_some(i) } else { plain.iter().position(|h| *h == name) }
    };
    let mut at_keys = Vec::new();
    let mut at_columns = Vec::new();
    for (i, (name, _)) in keys.iter().enumerate() {
        at_keys.push(
            find(name, i)
                .ok_or_else(|| bad(text!("`{path}` 没有列 `{name}`", "`{path}` has no column `{name}`"), None))?,
        );
    }
    for (i, (name, ty)) in columns.iter().enumerate() {
        let at = find(name, keys.len() + i)
            .ok_or_else(|| bad(text!("`{path}` 没有列 `{name}`", "`{path}` has no column `{name}`"), None))?;
        let unit =
            headers.get(at).and_then(|h| h.split_once('[')).map(|(_, u)| u.trim_end_matches(']').trim().to_string());
        if let (Some(u), Some(want)) = (unit, ty.unit().map(crate::units::UnitTy::show))
            && u != want
        {
            return Err(bad(
                text!(
                    "`{path}` 的列单位是 `{u}`，声明为 `{want}`",
                    "the column of `{path}` is in `{u}`, declared in `{want}`"
                ),
                Some(text!("把文件或声明改成同一单位", "bring the file or the declaration to one unit")),
            ));
        }
        at_columns.push(at);
    }
    let at_source = plain.iter().position(|h| *h == "source");
    let mut out = Vec::new();
    for record in reader.records() {
        let record = record
            .map_err(|e| bad(text!("`{path}` 不能读作 CSV：{e}", "`{path}` cannot be read as CSV: {e}"), None))?;
        let line = record.position().map_or(0, csv::Position::line);
        let cell = |i: usize| record.get(i).unwrap_or("");
        let mut values = Vec::new();
        for &i in &at_columns {
            let v = cell(i);
            values.push(Number::parse(v).map_err(|_| {
                bad(
                    text!(
                        "`{path}` 第 {line} 行：`{v}` 不是合法的十进制数",
                        "`{path}` line {line}: `{v}` is no valid decimal"
                    ),
                    None,
                )
            })?);
        }
        out.push(DataRow {
            keys: at_keys.iter().map(|&i| cell(i).to_string()).collect(),
            values,
            source: at_source.map(|i| cell(i).to_string()).filter(|s| !s.is_empty()),
        });
    }
    Ok(out)
}
