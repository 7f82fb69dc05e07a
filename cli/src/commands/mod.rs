//! One module per subcommand; each returns how the call ended.

mod batch;
mod build;
mod check;
mod completions;
mod definitions;
mod explain;
mod fmt;
mod list;
mod lsp;
mod new;
mod run;
mod schema;
mod template;
mod test;
mod watch;

use crate::args::{Args, Command};
use crate::exit::Exit;
use crate::locale::{self, Colors};
use crate::render::terminal::Style;
use crate::{output, render};
use clap::Parser as _;
use footrule_diag::{Diagnostic, Lang};

/// What every command needs to know of the call.
#[derive(Debug, Clone, Copy)]
pub struct Context {
    /// Language of messages and labels.
    pub lang: Lang,
    /// Where colour is used.
    pub colors: Colors,
    /// Width of the terminal.
    pub width: usize,
}

impl Context {
    /// How text on stdout looks.
    pub fn stdout(&self) -> Style {
        Style { lang: self.lang, color: self.colors.stdout, width: self.width }
    }

    /// How text on stderr looks.
    pub fn stderr(&self) -> Style {
        Style { color: self.colors.stderr, ..self.stdout() }
    }

    /// The word in the caller's language.
    pub fn word<'a>(&self, zh: &'a str, en: &'a str) -> &'a str {
        render::word(self.lang, zh, en)
    }

    /// Shows diagnostics on stderr; returns what they amount to.
    pub fn refuse(&self, diagnostics: &[Diagnostic], source: render::Source<'_>) -> Exit {
        output::note(&render::terminal::all(diagnostics, source, self.stderr()));
        Exit::of(diagnostics)
    }
}

/// Reads the call and carries it out.
pub fn main() -> Exit {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(e) => {
            let exit = if e.use_stderr() { Exit::Call } else { Exit::Fine };
            // A reader that went away needs no help text.
            let _ = e.print();
            return exit;
        }
    };
    let cx = Context {
        lang: args.common.lang.map_or_else(locale::language, Lang::from),
        colors: Colors::of(args.common.color),
        width: locale::width(),
    };
    match args.command {
        Command::Check(a) => check::run(&cx, &a),
        Command::Test(a) => test::run(&cx, &a),
        Command::Run(a) => run::run(&cx, &a),
        Command::Batch(a) => batch::run(&cx, &a),
        Command::Explain(a) => definitions::run(&cx, &a),
        Command::List(a) => list::run(&cx, &a),
        Command::ExplainCode(a) => explain::run(&cx, &a),
        Command::Fmt(a) => fmt::run(&cx, &a),
        Command::Completions(a) => completions::run(&a),
        Command::Template(a) => template::run(&cx, &a),
        Command::Schema(a) => schema::run(&cx, &a),
        Command::Build(a) => build::run(&cx, &a),
        Command::New(a) => new::run(&cx, &a),
        Command::Lsp => lsp::run(&cx),
    }
}
