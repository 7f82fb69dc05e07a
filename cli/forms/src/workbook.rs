//! The form as a workbook: a sheet of single data, one sheet for each list, one with the members of enumerations.
//!
//! Guarantees: cells to be filled in have the format *text*, so that a decimal stays as it is typed; the same form
//! gives the same bytes (no clock). Checks in cells only warn: the run time decides.

use crate::csv_form::{allowed, list_slot, row};
use crate::grid::HEADER;
use crate::model::{Form, Kind, List, Slot};
use footrule_diag::Lang;
use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DocProperties, ExcelDateTime, Format, FormatBorder, Formula,
    Workbook, Worksheet, XlsxError,
};
use std::collections::BTreeMap;
use unicode_width::UnicodeWidthStr as _;

/// First cells of the rows that explain a list's columns.
pub(crate) const GUIDANCE: [&str; 4] = ["中文", "English", "单位 unit", "可取值 allowed"];

/// The sheet of enumerations; `is_aside` skips it.
const MEMBERS: &str = "note members";

/// Rows of a list that are prepared.
const PREPARED: u32 = 200;

/// Longest name of a sheet.
const NAME: usize = 31;

/// True for a sheet that holds no data.
pub(crate) fn is_aside(sheet: &str) -> bool {
    sheet.to_lowercase().starts_with("note") || sheet.starts_with("备注")
}

/// The sheet of a list.
pub(crate) fn sheet_name(path: &str, index: usize) -> String {
    if path.chars().count() <= NAME && !is_aside(path) {
        return path.to_owned();
    }
    let start: String = path.chars().take(NAME - 5).collect();
    format!("list {} {start}", index + 1).chars().take(NAME).collect()
}

struct Formats {
    head: Format,
    guide: Format,
    fill: Format,
}

/// The form as bytes of an `.xlsx` file.
///
/// # Errors
/// What the writer refuses (a rule with more inputs than a sheet has rows).
pub fn write(form: &Form) -> Result<Vec<u8>, String> {
    build(form).map_err(|e| e.to_string())
}

fn build(form: &Form) -> Result<Vec<u8>, XlsxError> {
    let mut book = Workbook::new();
    let day = ExcelDateTime::from_ymd(2026, 1, 1)?;
    book.set_properties(&DocProperties::new().set_title(&form.rule).set_creation_datetime(&day));
    let formats = Formats {
        head: Format::new().set_bold().set_background_color(Color::RGB(0x00DD_EBF7)).set_num_format("@"),
        guide: Format::new().set_font_color(Color::RGB(0x0060_6060)).set_num_format("@"),
        fill: Format::new().set_num_format("@").set_border(FormatBorder::Hair),
    };
    let members = members(form);
    inputs(book.add_worksheet(), form, &formats, &members)?;
    for (i, list) in form.lists.iter().enumerate() {
        let sheet = book.add_worksheet();
        sheet.set_name(sheet_name(&list.path, i))?;
        items(sheet, form, list, &formats, &members)?;
    }
    if !form.enums.is_empty() {
        enumerations(book.add_worksheet(), form, &formats)?;
    }
    book.save_to_buffer()
}

/// The range of each enumeration's identifiers.
fn members(form: &Form) -> BTreeMap<usize, String> {
    let mut out = BTreeMap::new();
    let mut row = 2;
    for (e, (_, all)) in &form.enums {
        out.insert(*e, format!("='{MEMBERS}'!$B${row}:$B${}", row + all.len().max(1) - 1));
        row += all.len().max(1);
    }
    out
}

fn enumerations(sheet: &mut Worksheet, form: &Form, formats: &Formats) -> Result<(), XlsxError> {
    sheet.set_name(MEMBERS)?;
    let mut widths = Widths::default();
    for (c, t) in ["枚举 enumeration", "值 value", "中文", "English"].into_iter().enumerate() {
        widths.put(sheet, 0, c, t, &formats.head)?;
    }
    let mut r = 1;
    for (name, all) in form.enums.values() {
        for (id, labels) in all {
            for (c, t) in [name, id, &labels.zh, &labels.en].into_iter().enumerate() {
                widths.put(sheet, r, c, t, &formats.guide)?;
            }
            r += 1;
        }
        r += u32::from(all.is_empty());
    }
    sheet.set_freeze_panes(1, 0)?;
    widths.apply(sheet)
}

fn inputs(
    sheet: &mut Worksheet,
    form: &Form,
    formats: &Formats,
    members: &BTreeMap<usize, String>,
) -> Result<(), XlsxError> {
    sheet.set_name("inputs")?;
    let mut widths = Widths::default();
    for (c, (key, zh)) in HEADER.iter().enumerate() {
        widths.put(sheet, 0, c, &format!("{key} {zh}"), &formats.head)?;
    }
    let heads: Vec<Slot> = form.lists.iter().map(list_slot).collect();
    for (slot, r) in form.slots.iter().chain(&heads).zip(1_u32..) {
        for (c, text) in row(form, slot, &slot.path, &slot.cells).iter().enumerate() {
            let format = if (3..9).contains(&c) { &formats.fill } else { &formats.guide };
            widths.put(sheet, r, c, text, format)?;
        }
        if let Some(v) = validation(form, slot, members, &format!("E{}", r + 1))? {
            sheet.add_data_validation(r, 4, r, 4, &v)?;
        }
    }
    widths.at_least(4, 20);
    sheet.set_freeze_panes(1, 1)?;
    widths.apply(sheet)
}

fn items(
    sheet: &mut Worksheet,
    form: &Form,
    list: &List,
    formats: &Formats,
    members: &BTreeMap<usize, String>,
) -> Result<(), XlsxError> {
    let mut widths = Widths::default();
    widths.put(sheet, 0, 0, &list.path, &formats.head)?;
    for (mark, r) in GUIDANCE.iter().zip(1_u32..) {
        widths.put(sheet, r, 0, mark, &formats.guide)?;
    }
    let first = 1 + GUIDANCE.len() as u32;
    let last = first + PREPARED.max(list.items.len() as u32) - 1;
    for (c, column) in list.columns.iter().enumerate().map(|(i, s)| (i + 1, s)) {
        let name = if column.path.is_empty() { "value" } else { &column.path };
        widths.put(sheet, 0, c, name, &formats.head)?;
        let mut may = allowed(form, column);
        if let Some(default) = &column.default {
            may = format!("默认 default: {default}; {may}");
        }
        let guide = [column.label(Lang::Zh), column.label(Lang::En), &column.unit, &may];
        for (text, r) in guide.into_iter().zip(1_u32..) {
            widths.put(sheet, r, c, text, &formats.guide)?;
        }
        for (item, r) in list.items.iter().zip(first..) {
            widths.put(sheet, r, c, item.get(c - 1).map_or("", String::as_str), &formats.fill)?;
        }
        let column_number = u16::try_from(c).unwrap_or(u16::MAX);
        for r in first + list.items.len() as u32..=last {
            sheet.write_blank(r, column_number, &formats.fill)?;
        }
        let cell = format!("{}{}", letters(c), first + 1);
        if let Some(v) = validation(form, column, members, &cell)? {
            sheet.add_data_validation(first, column_number, last, column_number, &v)?;
        }
    }
    sheet.set_freeze_panes(first, 1)?;
    widths.apply(sheet)
}

fn letters(column: usize) -> String {
    let mut out = String::new();
    let mut n = column + 1;
    while n > 0 {
        out.insert(0, char::from(b'A' + ((n - 1) % 26) as u8));
        n = (n - 1) / 26;
    }
    out
}

/// What the cell is checked against while it is filled in. It warns and does not refuse: a value in a unit of its own
/// (`300 kg`) is a text to the spreadsheet.
fn validation(
    form: &Form,
    slot: &Slot,
    members: &BTreeMap<usize, String>,
    cell: &str,
) -> Result<Option<DataValidation>, XlsxError> {
    let v = DataValidation::new().set_error_style(DataValidationErrorStyle::Warning);
    let v = match slot.kind {
        Kind::Enum(e) => match members.get(&e) {
            Some(range) => v.allow_list_formula(Formula::new(range)),
            None => return Ok(None),
        },
        Kind::Bool => v.allow_list_strings(&["true", "false"])?,
        Kind::Number if !slot.bounds.is_empty() => {
            let all: Vec<String> = slot.bounds.iter().map(|(op, x)| format!("VALUE({cell}){op}{x}")).collect();
            v.allow_custom(Formula::new(format!("=IFERROR(AND({}),TRUE)", all.join(","))))
        }
        _ => return Ok(None),
    };
    let title: String = slot.path.chars().take(32).collect();
    // The limit counts UTF-16; two units are the most that a character takes.
    let message: String = allowed(form, slot).chars().take(120).collect();
    let v = if title.is_empty() { v } else { v.set_error_title(&title)? };
    Ok(Some(if message.is_empty() { v } else { v.set_error_message(message)? }))
}

/// Widths of the columns, in cells of a terminal: a Chinese character is two wide.
#[derive(Default)]
struct Widths(BTreeMap<u16, usize>);

impl Widths {
    fn put(&mut self, sheet: &mut Worksheet, r: u32, c: usize, text: &str, f: &Format) -> Result<(), XlsxError> {
        let c = u16::try_from(c).unwrap_or(u16::MAX);
        self.at_least(c, text.width());
        if text.is_empty() {
            sheet.write_blank(r, c, f)?;
        } else {
            sheet.write_string_with_format(r, c, text, f)?;
        }
        Ok(())
    }

    fn at_least(&mut self, column: u16, width: usize) {
        let w = self.0.entry(column).or_default();
        *w = (*w).max(width);
    }

    fn apply(&self, sheet: &mut Worksheet) -> Result<(), XlsxError> {
        for (column, width) in &self.0 {
            sheet.set_column_width(*column, (width + 2).clamp(8, 60) as f64)?;
        }
        Ok(())
    }
}
