//! Native evaluators: a rule, specialised to the columns of a batch.
//!
//! ```text
//! Program + Layout ─plan→ Kernel ─→ exact evaluation (reference arithmetic, row by row)
//! ```
//!
//! Guarantees: an evaluator answers a row with exactly the reference's figures, or not at all; only the reference
//! reports errors. Must not: read files, or know of any file format.

pub mod bound;
pub mod certified;
pub mod columns;
pub mod decimal;
mod demand;
mod emit;
mod fold;
mod jit;
pub mod kernel;
pub mod layout;
mod plan;

pub use kernel::Kernel;
pub use layout::Layout;
pub use plan::{NotNative, plan};
