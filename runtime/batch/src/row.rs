//! What is wrong with a row.

use footrule_diag::{Code, Text};

/// A finding about one row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowError {
    /// The code.
    pub code: Code,
    /// The column as the file names it; empty if it is no single one.
    pub column: String,
    /// What is wrong.
    pub message: Text,
}

impl RowError {
    /// A finding.
    #[must_use]
    pub fn new(code: Code, column: &str, message: Text) -> Self {
        Self { code, column: column.to_owned(), message }
    }

    /// With what would be right.
    #[must_use]
    pub fn help(mut self, help: &Text) -> Self {
        if !help.is_empty() {
            self.message.zh += &format!("；{}", help.zh);
            self.message.en += &format!("; {}", help.en);
        }
        self
    }
}
