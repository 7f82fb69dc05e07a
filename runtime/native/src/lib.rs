//! Native evaluators: a rule, specialised to the columns of a batch.
//!
//! ```text
//! Program + Layout ─plan→ Kernel ┬→ Decimal: the reference's arithmetic, row by row
//!                                └─ hull of the columns ─→ bounds ─emit→ Certified: f64 with an a-priori error bound
//! ```
//!
//! # Layout
//!
//! `layout`, `columns` (what is given) · `plan` (from MIR to kernels) · `kernel`, `fold` (scalar operations, constants
//! folded) · `decimal` · `bound`, `demand` (how wrong a number can be, and where it matters) · `emit`, `jit`, `tiers` (machine
//! code, quickly made at first) · `certified` (blocks of rows, single records, hulls, answers) · `variants` (code for columns as they come) · `object`
//! (object files with a C interface). The derivation of the bounds: `docs/native.md`.
//!
//! Guarantees: an evaluator answers a row with exactly the reference's figures, or not at all; only the reference
//! reports errors. Must not: read files, or know of any file format.

pub mod answers;
pub mod bound;
pub mod certified;
pub mod columns;
pub mod decimal;
mod demand;
mod emit;
pub mod exact;
mod fold;
mod jit;
pub mod kernel;
pub mod layout;
pub mod object;
mod plan;
mod tiers;
pub mod variants;

pub use kernel::Kernel;
pub use layout::Layout;
pub use plan::{NotNative, plan};
