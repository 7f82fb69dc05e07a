//! The formats of tables.

use footrule_diag::{Code, Diagnostic, text};

/// A format of tables.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Comma-separated values.
    Csv,
    /// One JSON object for each line.
    Jsonl,
    /// Parquet.
    Parquet,
    /// Arrow IPC.
    Arrow,
}

impl Format {
    /// Its name for people.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Csv => "CSV",
            Self::Jsonl => "JSON Lines",
            Self::Parquet => "Parquet",
            Self::Arrow => "Arrow",
        }
    }

    /// By the ending of a path.
    ///
    /// # Errors
    /// FR-B020: the ending says nothing.
    pub fn of(path: &str) -> Result<Self, Vec<Diagnostic>> {
        let ending = path.rsplit_once('.').map(|(_, e)| e.to_ascii_lowercase()).unwrap_or_default();
        match ending.as_str() {
            "csv" | "tsv" | "txt" => Ok(Self::Csv),
            "jsonl" | "ndjson" => Ok(Self::Jsonl),
            "parquet" | "pq" => Ok(Self::Parquet),
            "arrow" | "arrows" | "ipc" | "feather" => Ok(Self::Arrow),
            _ => {
                let m = text!("`{path}` 的格式不明", "the format of `{path}` is unknown");
                let help = match ending.as_str() {
                    "gz" | "zip" | "zst" | "bz2" | "xz" | "7z" => text!("先解压", "unpack it first"),
                    "xlsx" | "xls" | "ods" | "et" => text!("把工作表另存为 CSV", "save the sheet as CSV"),
                    "json" => text!(
                        "每行一个对象的 JSON Lines 用后缀 .jsonl",
                        "end JSON Lines, one object on each line, in .jsonl"
                    ),
                    _ => text!(
                        "后缀用 .csv、.jsonl、.parquet 或 .arrow，或写 --from、--to",
                        "end it in .csv, .jsonl, .parquet or .arrow, or give --from or --to"
                    ),
                };
                Err(vec![Diagnostic::new(Code::B020, m).help(help)])
            }
        }
    }
}
