//! What a file begins with, where that says that it is of another kind than it is taken for: packed, or a workbook.
//!
//! Guarantees: a file is refused only if its first bytes are none of its format. Must not: read pipes, whose bytes come once.

use crate::format::Format;
use footrule_diag::{Code, Diagnostic, Text, text};
use std::fs::File;
use std::io::Read as _;

/// Begins so, is this, and what to do about it.
struct Kind {
    start: &'static [u8],
    format: Option<Format>,
    is: Text,
    help: Text,
}

fn kinds() -> Vec<Kind> {
    let packed = |start, name: &str| Kind {
        start,
        format: None,
        is: text!("{name} 压缩文件", "packed with {name}"),
        help: text!("先解压", "unpack it first"),
    };
    let sheet = |start| Kind {
        start,
        format: None,
        is: text!("工作簿或 zip 压缩文件", "a workbook, or packed with zip"),
        help: text!("把工作表另存为 CSV，或先解压", "save the sheet as CSV, or unpack it first"),
    };
    let table = |start, format: Format, from: &str| {
        let name = format.name();
        let is = text!("{name} 文件", "a file of {name}");
        let help = text!("写 --from {from}，或改后缀", "give --from {from}, or another ending");
        Kind { start, format: Some(format), is, help }
    };
    vec![
        packed(b"\x1f\x8b", "gzip"),
        packed(b"BZh", "bzip2"),
        packed(b"\xfd7zXZ\0", "xz"),
        packed(b"\x28\xb5\x2f\xfd", "zstd"),
        packed(b"\x04\x22\x4d\x18", "lz4"),
        packed(b"7z\xbc\xaf\x27\x1c", "7z"),
        sheet(b"PK\x03\x04"),
        sheet(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"),
        table(b"PAR1", Format::Parquet, "parquet"),
        table(b"ARROW1\0\0", Format::Arrow, "arrow"),
    ]
}

/// Refuses a file that is visibly of another kind than this format; what cannot be opened is told by who reads it.
pub(super) fn check(path: &str, format: Format) -> Result<(), Vec<Diagnostic>> {
    let Ok(file) = File::open(path) else { return Ok(()) };
    if !file.metadata().is_ok_and(|m| m.is_file()) {
        return Ok(());
    }
    let mut start = Vec::new();
    if file.take(8).read_to_end(&mut start).is_err() {
        return Ok(());
    }
    let Some(kind) = kinds().into_iter().find(|k| start.starts_with(k.start) && k.format != Some(format)) else {
        return Ok(());
    };
    let (name, zh, en) = (format.name(), &kind.is.zh, &kind.is.en);
    let m = text!("`{path}` 不是 {name}，而是{zh}", "`{path}` is no {name}: it is {en}");
    Err(vec![Diagnostic::new(Code::B008, m).help(kind.help)])
}
