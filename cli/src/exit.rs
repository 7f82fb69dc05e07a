//! Exit codes.

use footrule_diag::{Class, Code, Diagnostic, Severity};
use std::process::ExitCode;

/// How the call ended. The order is that of precedence: of several, the greatest counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// Fine.
    Fine,
    /// Findings: errors in a program, failing tests, an evaluation without a result.
    Findings,
    /// The input data are refused.
    Input,
    /// The call cannot be carried out.
    Call,
    /// A bug of ours.
    Bug,
}

impl Exit {
    /// What these diagnostics amount to.
    pub fn of(diagnostics: &[Diagnostic]) -> Self {
        diagnostics.iter().map(Self::of_one).max().unwrap_or(Self::Fine)
    }

    fn of_one(d: &Diagnostic) -> Self {
        match d.code.class() {
            _ if d.code == Code::C005 => Self::Bug,
            _ if d.severity == Severity::Warning => Self::Fine,
            Class::Call => Self::Call,
            Class::Input => Self::Input,
            _ => Self::Findings,
        }
    }

    /// The number that the shell sees.
    pub fn number(self) -> u8 {
        match self {
            Self::Fine => 0,
            Self::Findings => 1,
            Self::Call => 2,
            Self::Input => 3,
            Self::Bug => 70,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.number())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use footrule_diag::Text;

    #[test]
    fn the_gravest_counts() {
        let d = |code| Diagnostic::new(code, Text::same("x"));
        assert_eq!(Exit::of(&[]).number(), 0);
        assert_eq!(Exit::of(&[d(Code::L001)]).number(), 0);
        assert_eq!(Exit::of(&[d(Code::L001), d(Code::U002)]).number(), 1);
        assert_eq!(Exit::of(&[d(Code::E001)]).number(), 1);
        assert_eq!(Exit::of(&[d(Code::I002), d(Code::L001)]).number(), 3);
        assert_eq!(Exit::of(&[d(Code::C002)]).number(), 2);
        assert_eq!(Exit::of(&[d(Code::C005)]).number(), 70);
    }
}
