//! Footrule in another program: a rule is compiled or loaded once, and evaluated as often as there are data.
//!
//! ```text
//! source ─compile→ Rule ─bundle→ one file ─load→ Rule          (load needs no compiler: feature `compiler` off)
//!                   ├─ evaluate: one input document → the whole outcome
//!                   ├─ prepare → Prepared: columns → published figures or findings; One: a record in a call
//!                   └─ object → a native object file with a C interface, and its header
//! ```
//!
//! Guarantees: every way gives the same figures, digit by digit; what has no figures has findings. No function panics,
//! whatever is given to it. Must not: read files other than those that [`compile`] is asked for.
//!
//! How to embed a rule, in Rust and in C: `docs/embedding.md`.

pub mod bundle;
#[cfg(feature = "compiler")]
mod compile;
mod document;
mod figures;
mod header;
pub mod layout;
mod object;
mod prepared;

pub use bundle::BundleError;
#[cfg(feature = "compiler")]
pub use compile::{compile, compile_source, compile_sources, placed};
pub use figures::{FigureInfo, Published};
pub use footrule_diag::{Diagnostic, Lang};
pub use footrule_native::certified::Cell;
pub use footrule_native::columns::{Column, Columns, Misfit, Values};
pub use footrule_native::layout::Layout;
pub use footrule_runtime::{Finding, Outcome};
pub use layout::{Fixed, LeftOut, NoLayout};
pub use object::{NoObject, Object, ObjectOptions, Range};
pub use prepared::{One, Prepared, Refused, Results, Row, Texts};

use footrule_mir::Program;
use footrule_runtime::{Inputs, Options};
use std::sync::Arc;

/// A rule, ready to be evaluated. It can be shared between threads.
#[derive(Debug, Clone)]
pub struct Rule {
    program: Arc<Program>,
}

/// The examples of the page are executed.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/embedding.md")]
mod page {}

/// So are those of the findings that only a call of this library has.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/diagnostics/FR-C013.md")]
#[doc = include_str!("../../../docs/diagnostics/FR-C014.md")]
mod findings {}

/// Loads a bundle; the compiler is not needed.
///
/// # Errors
/// Why the bundle is refused.
///
/// ```
/// let rule = footrule_embed::compile("std:primary_aluminium").expect("the library compiles");
/// let bytes = rule.bundle()?;
/// let loaded = footrule_embed::load(&bytes)?;
/// assert_eq!(loaded.meaning(), rule.meaning());
/// assert!(footrule_embed::load(&bytes[..100]).is_err());
/// # Ok::<(), footrule_embed::BundleError>(())
/// ```
pub fn load(bytes: &[u8]) -> Result<Rule, BundleError> {
    bundle::read(bytes).map(Rule::new)
}

impl Rule {
    /// A rule from a program that the verifier accepts.
    #[must_use]
    pub fn new(program: impl Into<Arc<Program>>) -> Self {
        Self { program: program.into() }
    }

    /// Its identifier.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.program.rule.name.id
    }

    /// Its version.
    #[must_use]
    pub fn version(&self) -> &str {
        &self.program.rule.version
    }

    /// SHA-256 of what it means, hex: the same for the same rule in other words.
    #[must_use]
    pub fn meaning(&self) -> String {
        bundle::meaning(&self.program)
    }

    /// The program.
    #[must_use]
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The rule in one file, for [`load`].
    ///
    /// # Errors
    /// [`BundleError::Malformed`] for a program that the verifier refuses.
    pub fn bundle(&self) -> Result<Vec<u8>, BundleError> {
        bundle::write(&self.program)
    }

    /// Evaluates one input document (JSON, as `footrule run --input` takes it).
    ///
    /// # Errors
    /// Everything that is wrong with the data, or that the rule refuses.
    pub fn evaluate(&self, document: &str) -> Result<Outcome, Vec<Diagnostic>> {
        self.outcome(document, false)
    }

    /// The same with the derivation of each figure in [`Outcome::explain`].
    ///
    /// # Errors
    /// As for [`Rule::evaluate`].
    pub fn explain(&self, document: &str) -> Result<Outcome, Vec<Diagnostic>> {
        self.outcome(document, true)
    }

    fn outcome(&self, document: &str, explain: bool) -> Result<Outcome, Vec<Diagnostic>> {
        let inputs = Inputs::from_json(&self.program, "input", document)?;
        footrule_runtime::evaluate(&self.program, &inputs, Options { explain })
    }

    /// The columns of all its inputs, numbers in their declared units, and what cannot stand in a column.
    ///
    /// # Errors
    /// [`NoLayout`] if the period or the scenario cannot be read.
    pub fn layout(&self, fixed: &Fixed) -> Result<(Layout, Vec<LeftOut>), NoLayout> {
        layout::whole(&self.program, fixed)
    }

    /// The rule over columns of a layout.
    ///
    /// # Errors
    /// [`Misfit`] if a column is none of its inputs.
    pub fn prepare(&self, layout: Layout) -> Result<Prepared, Misfit> {
        Prepared::new(self.program.clone(), layout)
    }

    /// A native object file with a C interface, and its header.
    ///
    /// # Errors
    /// [`NoObject`] says what keeps the rule from it.
    pub fn object(&self, options: &ObjectOptions) -> Result<Object, NoObject> {
        object::build(&self.program, options)
    }
}
