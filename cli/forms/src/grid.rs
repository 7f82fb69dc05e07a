//! Cells of a CSV text or a workbook, each with its path and place.
//!
//! Guarantees: a cell's text is what the user sees. A cell that holds a binary number gives its shortest decimal text
//! if that has at most 15 significant digits and is what the cell shows; otherwise it is refused (FR-I004), naming
//! sheet and cell.

use crate::model::{Form, Kinds, join};
use crate::tree::{point, without_indices};
use crate::workbook::{GUIDANCE, is_aside, sheet_name};
use calamine::{Data, Reader as _, Xlsx};
use footrule_diag::{Code, Diagnostic, Span, Text, nearest, text};
use footrule_number::shortened;
use std::collections::HashMap;
use std::io::Cursor;

/// Columns of the form: key, and its Chinese name.
pub(crate) const HEADER: [(&str, &str); 11] = [
    ("key", "键"),
    ("label_zh", "中文名称"),
    ("label_en", "英文名称"),
    ("unit", "单位"),
    ("value", "数值"),
    ("source", "来源"),
    ("year", "年份"),
    ("region", "地区"),
    ("primary", "初级数据"),
    ("default", "默认值"),
    ("allowed", "可取值"),
];

/// Evidence that may stand in a column of its own.
const EVIDENCE: [&str; 11] = [
    "source",
    "year",
    "region",
    "primary",
    "note",
    "evidence",
    "certificate",
    "supplier",
    "uncertainty",
    "gwp",
    "origin",
];

/// Significant digits that every decimal keeps in a binary number.
const DIGITS: usize = 15;

/// Where a cell stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum At {
    /// A range of a text.
    Text(Span),
    /// A cell of a workbook.
    Sheet { sheet: String, cell: String },
}

/// A cell that is filled in.
#[derive(Debug, Clone)]
pub(crate) struct Cell {
    pub path: String,
    pub text: String,
    pub at: At,
}

type Row = Vec<(String, At)>;

fn unreadable(file: &str, zh: &str, en: &str) -> Vec<Diagnostic> {
    vec![Diagnostic::new(Code::C001, text!("`{file}` 无法读取：{zh}", "`{file}` cannot be read: {en}"))]
}

/// Text of a CSV file: UTF-8 or UTF-16 by its byte order mark, else UTF-8, else GB18030.
pub(crate) fn decode(file: &str, bytes: &[u8]) -> Result<String, Vec<Diagnostic>> {
    let (encoding, body) = match encoding_rs::Encoding::for_bom(bytes) {
        Some((encoding, n)) => (encoding, bytes.get(n..).unwrap_or_default()),
        None if std::str::from_utf8(bytes).is_ok() => (encoding_rs::UTF_8, bytes),
        None => (encoding_rs::GB18030, bytes),
    };
    encoding.decode_without_bom_handling_and_without_replacement(body).map(|t| t.into_owned()).ok_or_else(|| {
        let name = encoding.name();
        let (zh, en) = (format!("不是 UTF-8，也不是 {name}"), format!("it is neither UTF-8 nor {name}"));
        unreadable(file, &zh, &en)
    })
}

/// The cells of a CSV form.
pub(crate) fn csv(form: &Form, file: &str, text: &str) -> Result<Vec<Cell>, Vec<Diagnostic>> {
    // Spreadsheets separate by what the locale wants; the first header says which.
    let separator = text.trim_start_matches('\u{feff}').chars().find(|c| [',', ';', '\t'].contains(c)).unwrap_or(',');
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .delimiter(separator as u8)
        .from_reader(text.as_bytes());
    let mut rows: Vec<Row> = Vec::new();
    let mut record = csv::StringRecord::new();
    loop {
        match reader.read_record(&mut record) {
            Ok(false) => break,
            Ok(true) => {
                let start = record.position().map_or(0, |p| p.byte() as usize);
                let end = reader.position().byte() as usize;
                let spans = fields(text, start, end, separator as u8);
                let at = |i: usize| At::Text(spans.get(i).copied().unwrap_or_default());
                rows.push(record.iter().enumerate().map(|(i, t)| (t.to_owned(), at(i))).collect());
            }
            Err(e) => return Err(unreadable(file, &e.to_string(), &e.to_string())),
        }
    }
    let mut found = Vec::new();
    for (t, at) in rows.iter().flatten().filter(|(t, _)| shortened(t)) {
        let m = text!("`{t}` 像是电子表格缩短显示的数", "`{t}` looks like a number that a spreadsheet shortened");
        let help = text!("把单元格设为文本格式后重填全部数字", "format the cell as text and enter all its digits");
        found.push(point(Diagnostic::new(Code::I004, m).help(help), file, at, Text::new("此处", "here")));
    }
    let cells = table(&form.kinds(), file, &rows, &mut found);
    if found.is_empty() { Ok(cells) } else { Err(found) }
}

/// Ranges of the fields of a record, without quotes.
fn fields(text: &str, start: usize, end: usize, separator: u8) -> Vec<Span> {
    let bytes = text.as_bytes();
    let mut end = end.min(bytes.len());
    // A record's position may be before the line ends that precede it.
    let start = (start..end).find(|i| !matches!(bytes[*i], b'\r' | b'\n')).unwrap_or(end);
    while end > start && matches!(bytes[end - 1], b'\r' | b'\n') {
        end -= 1;
    }
    let span = |a: usize, b: usize| {
        let quoted = b > a + 1 && bytes[a] == b'"' && bytes[b - 1] == b'"';
        let (a, b) = if quoted { (a + 1, b - 1) } else { (a, b) };
        Span::new(u32::try_from(a).unwrap_or(u32::MAX), u32::try_from(b).unwrap_or(u32::MAX))
    };
    let mut out = Vec::new();
    let (mut from, mut inside) = (start, false);
    for (i, byte) in bytes.iter().enumerate().take(end).skip(start) {
        if *byte == b'"' {
            inside = !inside;
        } else if *byte == separator && !inside {
            out.push(span(from, i));
            from = i + 1;
        }
    }
    out.push(span(from, end));
    out
}

/// The cells of a table with one row for each scalar.
fn table(kinds: &Kinds, file: &str, rows: &[Row], found: &mut Vec<Diagnostic>) -> Vec<Cell> {
    let mut out = Vec::new();
    let names: Vec<&str> = rows.first().map_or(Vec::new(), |r| r.iter().map(|(t, _)| first_word(t)).collect());
    if !names.contains(&"key") || !names.contains(&"value") {
        let m =
            text!("`{file}` 的首行缺少 key 与 value 列", "the first row of `{file}` lacks the columns key and value");
        let help = text!("`footrule template` 生成空表", "`footrule template` makes an empty form");
        found.push(Diagnostic::new(Code::I008, m).help(help));
        return out;
    }
    for (i, (_, at)) in rows.first().into_iter().flatten().enumerate() {
        let name = names[i];
        if !name.is_empty() && !HEADER.iter().any(|(h, _)| *h == name) && !EVIDENCE.contains(&name) {
            found.push(point(unknown_column(name), file, at, Text::new("没有这一列", "no such column")));
        } else if names[..i].contains(&name) && !name.is_empty() {
            let d = Diagnostic::new(Code::I011, text!("列 {name} 有两个", "there are two columns {name}"));
            found.push(point(d, file, at, Text::new("第二个", "the second one")));
        }
    }
    let key_column = names.iter().position(|n| *n == "key").unwrap_or_default();
    for row in rows.iter().skip(1) {
        let key = row.get(key_column).map_or("", |(t, _)| t.trim());
        let known = kinds.get(&without_indices(key));
        let value = names.iter().position(|n| *n == "value").and_then(|i| row.get(i));
        let has_value = value.is_some_and(|(t, _)| !t.trim().is_empty());
        for (i, (text, at)) in row.iter().enumerate() {
            let name = names.get(i).copied().unwrap_or_default();
            if text.trim().is_empty() || i == key_column {
                continue;
            }
            let guidance = ["label_zh", "label_en", "default", "allowed"].contains(&name);
            if name.is_empty() || (key.is_empty() && !guidance) {
                let d = Diagnostic::new(Code::I008, text!("`{text}` 没有键或列名", "`{text}` has no key or no column"));
                found.push(point(d, file, at, Text::new("此处", "here")));
                continue;
            }
            // Evidence beside an amount is that of the activity.
            let around = known.filter(|k| k.activity).and_then(|_| key.rsplit_once('.')).map_or(key, |(a, _)| a);
            let path = match name {
                _ if guidance => continue,
                "value" => key.to_owned(),
                // A unit beside nothing is that of the template; so is one that was not changed.
                "unit" if !has_value || known.is_some_and(|k| k.unit == text.trim()) => continue,
                "unit" => join(key, "unit"),
                name => join(around, name),
            };
            out.push(Cell { path, text: text.clone(), at: at.clone() });
        }
    }
    out
}

fn first_word(text: &str) -> &str {
    text.trim_start_matches('\u{feff}').split_whitespace().next().unwrap_or_default()
}

fn unknown_column(name: &str) -> Diagnostic {
    let d = Diagnostic::new(Code::I001, text!("没有列 `{name}`", "there is no column `{name}`"));
    match nearest(name, HEADER.iter().map(|(h, _)| *h)) {
        Some(near) => d.help(text!("是否指 {near}？", "did you mean {near}?")),
        None => d,
    }
}

// ---- workbooks ----

/// The cells of a workbook.
pub(crate) fn workbook(form: &Form, file: &str, bytes: &[u8]) -> Result<Vec<Cell>, Vec<Diagnostic>> {
    let broken = |e: calamine::XlsxError| unreadable(file, &e.to_string(), &e.to_string());
    let mut book: Xlsx<_> = calamine::open_workbook_from_rs(Cursor::new(bytes)).map_err(broken)?;
    let lists: HashMap<String, &crate::model::List> =
        form.lists.iter().enumerate().map(|(i, l)| (sheet_name(&l.path, i), l)).collect();
    let (kinds, mut found, mut out) = (form.kinds(), Vec::new(), Vec::new());
    for (n, sheet) in book.sheet_names().into_iter().enumerate() {
        if n > 0 && is_aside(&sheet) {
            continue;
        }
        let rows = sheet_rows(&mut book, &sheet, file, &mut found).map_err(broken)?;
        if n == 0 {
            out.extend(table(&kinds, file, &rows, &mut found));
        } else if let Some(list) = lists.get(&sheet) {
            items(list, file, &rows, &mut found, &mut out);
        } else {
            let m =
                text!("{file}：没有工作表 `{sheet}` 对应的列表", "{file}: there is no list for the sheet `{sheet}`");
            let near = nearest(&sheet, lists.keys().cloned());
            let help = near.map_or_else(
                || text!("附注表的名称以 `note` 开头", "begin the name of a sheet of notes with `note`"),
                |n| text!("是否指 {n}？", "did you mean {n}?"),
            );
            found.push(Diagnostic::new(Code::I001, m).help(help));
        }
    }
    if found.is_empty() { Ok(out) } else { Err(found) }
}

/// The items of a list: one row for each, below the rows of guidance.
fn items(list: &crate::model::List, file: &str, rows: &[Row], found: &mut Vec<Diagnostic>, out: &mut Vec<Cell>) {
    let names: Vec<&str> = rows.first().map_or(Vec::new(), |r| r.iter().map(|(t, _)| first_word(t)).collect());
    for (i, (_, at)) in rows.first().into_iter().flatten().enumerate().skip(1) {
        if !names[i].is_empty() && names[..i].contains(&names[i]) {
            let name = names[i];
            let d = Diagnostic::new(Code::I011, text!("列 {name} 有两个", "there are two columns {name}"));
            found.push(point(d, file, at, Text::new("第二个", "the second one")));
        }
    }
    let mut index = 0;
    for row in rows.iter().skip(1) {
        // Only the first column tells guidance from data, so that a deleted row of guidance hides no data.
        if row.first().is_some_and(|(t, _)| GUIDANCE.contains(&t.trim())) {
            continue;
        }
        let mut any = false;
        for (i, (text, at)) in row.iter().enumerate().skip(1).filter(|(_, (t, _))| !t.trim().is_empty()) {
            let Some(name) = names.get(i).filter(|n| !n.is_empty()) else {
                let d =
                    Diagnostic::new(Code::I008, text!("`{text}` 所在列没有列名", "the column of `{text}` has no name"));
                found.push(point(d, file, at, Text::new("此处", "here")));
                continue;
            };
            let scalar = list.columns.iter().all(|c| c.path.is_empty()) && *name == "value";
            let path = format!("{}[{index}]", list.path);
            let path = if scalar { path } else { join(&path, name) };
            out.push(Cell { path, text: text.clone(), at: at.clone() });
            any = true;
        }
        index += usize::from(any);
    }
}

fn sheet_rows(
    book: &mut Xlsx<Cursor<&[u8]>>,
    sheet: &str,
    file: &str,
    found: &mut Vec<Diagnostic>,
) -> Result<Vec<Row>, calamine::XlsxError> {
    let range = book.worksheet_range(sheet)?;
    let styles = book.worksheet_style(sheet)?;
    let Some((top, left)) = range.start() else { return Ok(Vec::new()) };
    let mut rows: Vec<Row> = Vec::new();
    for (r, cells) in range.rows().enumerate() {
        let r = top + u32::try_from(r).unwrap_or(u32::MAX);
        let mut row: Row = Vec::new();
        for c in 0..left {
            row.push((String::new(), here(sheet, r, c)));
        }
        for (c, data) in cells.iter().enumerate() {
            let c = left + u32::try_from(c).unwrap_or(u32::MAX);
            let at = here(sheet, r, c);
            let format = styles.get((r, c)).and_then(|s| s.number_format.as_ref()).map(|f| f.format_code.as_str());
            match shown(data, format.unwrap_or("General")) {
                Ok(text) => row.push((text, at)),
                Err(refused) => {
                    found.push(point(refused, file, &at, Text::default()));
                    row.push((String::new(), at));
                }
            }
        }
        rows.push(row);
    }
    Ok(rows)
}

fn here(sheet: &str, row: u32, column: u32) -> At {
    let mut letters = String::new();
    let mut n = column + 1;
    while n > 0 {
        letters.insert(0, char::from(b'A' + ((n - 1) % 26) as u8));
        n = (n - 1) / 26;
    }
    At::Sheet { sheet: sheet.to_owned(), cell: format!("{letters}{}", row + 1) }
}

/// What a cell shows, exactly.
#[expect(clippy::result_large_err, reason = "rare, and handed on at once")]
fn shown(data: &Data, format: &str) -> Result<String, Diagnostic> {
    match data {
        Data::Empty => Ok(String::new()),
        Data::String(t) => Ok(t.clone()),
        Data::Bool(b) => Ok(b.to_string()),
        Data::Int(i) => number(*i as f64, format),
        Data::Float(f) => number(*f, format),
        Data::DateTime(d) if !d.is_duration() => {
            let (y, m, day, hour, minute, second, milli) = d.to_ymd_hms_milli();
            Ok(match (hour, minute, second, milli) {
                (0, 0, 0, 0) => format!("{y:04}-{m:02}-{day:02}"),
                _ => format!("{y:04}-{m:02}-{day:02}T{hour:02}:{minute:02}:{second:02}"),
            })
        }
        Data::DateTimeIso(t) | Data::DurationIso(t) => Ok(t.clone()),
        Data::DateTime(d) => number(d.as_f64(), "[h]:mm"),
        Data::Error(e) => Err(Diagnostic::new(Code::I008, text!("单元格有错误 {e}", "the cell holds the error {e}"))),
    }
}

/// The decimal of a binary number, if it is certain which one is meant.
#[expect(clippy::result_large_err, reason = "rare, and handed on at once")]
fn number(x: f64, format: &str) -> Result<String, Diagnostic> {
    let text = format!("{x}");
    let help = text!("把单元格设为文本格式后填写全部数字", "format the cell as text and enter the digits");
    let refuse = |m: Text| Err(Diagnostic::new(Code::I004, m).help(help.clone()));
    let digits = text.trim_start_matches(['-', '0', '.']).replace('.', "");
    let digits = if text.contains('.') { digits.len() } else { digits.trim_end_matches('0').len() };
    if !x.is_finite() || digits > DIGITS {
        return refuse(text!(
            "单元格存的是二进制数 {text}，超过 {DIGITS} 位有效数字，不能确定原来的十进制数",
            "the cell holds the binary number {text}: with more than {DIGITS} digits it is not certain which decimal is meant"
        ));
    }
    let (code, percent) = match format.strip_suffix('%') {
        Some(code) => (code, true),
        None => (format, false),
    };
    let text = if percent { hundredfold(&text) } else { text };
    let decimals = text.split_once('.').map_or(0, |(_, d)| d.len());
    let allowed = match code.trim_end_matches(['_', ' ', ')']) {
        "General" | "@" | "" => usize::MAX,
        fixed => {
            let (whole, part) = fixed.split_once('.').unwrap_or((fixed, ""));
            if !whole.chars().all(|c| "#,0".contains(c)) || !part.chars().all(|c| c == '0') {
                return refuse(text!(
                    "单元格的数字格式 `{format}` 显示的可能不是所存的数",
                    "with its number format `{format}` the cell may show another number than it holds"
                ));
            }
            part.len()
        }
    };
    if decimals > allowed {
        return refuse(text!(
            "单元格显示 {allowed} 位小数，存的是 {text}",
            "the cell shows {allowed} decimals but holds {text}"
        ));
    }
    Ok(if percent { format!("{text}%") } else { text })
}

/// A decimal times 100, by moving its point.
fn hundredfold(text: &str) -> String {
    let (sign, body) = text.strip_prefix('-').map_or(("", text), |b| ("-", b));
    let (whole, part) = body.split_once('.').unwrap_or((body, ""));
    let part = format!("{part:0<2}");
    let (up, rest) = part.split_at(2);
    let whole = format!("{whole}{up}");
    let whole = whole.trim_start_matches('0');
    let whole = if whole.is_empty() { "0" } else { whole };
    if rest.is_empty() { format!("{sign}{whole}") } else { format!("{sign}{whole}.{rest}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_cells() {
        let take = |x: f64, f: &str| number(x, f).map_err(|d| d.code);
        assert_eq!(take(0.1, "General"), Ok("0.1".into()));
        assert_eq!(take(1e-7, "General"), Ok("0.0000001".into()));
        assert_eq!(take(1_270_000_000.0, "#,##0"), Ok("1270000000".into()));
        assert_eq!(take(0.1 + 0.2, "General"), Err(Code::I004));
        assert_eq!(take(12_345_678_901_234_567_890.12, "General"), Err(Code::I004));
        assert_eq!(take(f64::NAN, "General"), Err(Code::I004));
        assert_eq!(take(0.019, "0.0%"), Ok("1.9%".into()));
        assert_eq!(take(0.019, "0%"), Err(Code::I004));
        assert_eq!(take(-1.5, "0%"), Ok("-150%".into()));
        assert_eq!(take(0.333, "0.00"), Err(Code::I004));
        assert_eq!(take(0.33, "0.00"), Ok("0.33".into()));
        assert_eq!(take(5.0, "0.00E+00"), Err(Code::I004));
    }

    #[test]
    fn columns_are_lettered() {
        assert_eq!(here("s", 0, 0), At::Sheet { sheet: "s".into(), cell: "A1".into() });
        assert_eq!(here("s", 9, 27), At::Sheet { sheet: "s".into(), cell: "AB10".into() });
    }

    #[test]
    fn ranges_of_fields() {
        let text = "a,\"b,c\",d\r\n";
        let at: Vec<&str> =
            fields(text, 0, text.len(), b',').iter().map(|s| &text[s.start as usize..s.end as usize]).collect();
        assert_eq!(at, ["a", "b,c", "d"]);
    }
}
