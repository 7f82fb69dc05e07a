//! Data files of tables: CSV with a header of key and column names, an optional unit in brackets behind a column,
//! and an optional column `source`.

use crate::db::{Db, Diag, Item};
use crate::names::module;
use crate::types::Ty;
use footrule_diag::{Code, Span, Text, text};
use footrule_number::Number;
use std::sync::Arc;

/// A row as read.
pub(crate) struct DataRow {
    pub keys: Vec<String>,
    pub values: Vec<Number>,
    pub source: Option<String>,
}

/// The key of a data file named in `file`.
pub(crate) fn data_key(file_key: &str, path: &str) -> Arc<str> {
    if let Some(name) = file_key.strip_prefix("std:") {
        let folder = name.rfind('/').map_or("", |i| &name[..=i]);
        return format!("std:{folder}{path}").into();
    }
    let folder = file_key.rfind('/').map_or("", |i| &file_key[..=i]);
    format!("{folder}{path}").into()
}

/// True if a path stays in the folder of the file that names it: a rule and its data travel together.
pub(crate) fn stays_inside(path: &str) -> bool {
    let outside = |step: &str| step == ".." || step.contains([':', '\\']);
    !path.is_empty() && !path.starts_with('/') && !path.split('/').any(outside)
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
    let key = data_key(item.file.key(db), path);
    let Some(file) = module(db, &key) else {
        return Err(bad(
            text!("找不到数据文件 `{path}`", "data file `{path}` not found"),
            Some(text!("路径相对于本文件：{key}", "the path is relative to this file: {key}")),
        ));
    };
    let text = file.text(db);
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
