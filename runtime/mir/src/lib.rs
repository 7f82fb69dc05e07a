//! Footrule's mid-level representation (MIR) of one rule.
//!
//! A [`Program`] is all that an evaluator needs: flat lists of typed nodes in topological order, grouped into
//! regions. Names, units and conversions are resolved; every conversion is an explicit node; every node that can
//! fail carries the place that is to blame. It depends on no syntax tree, salsa or code generator, and it
//! serialises, so that a bundle can be evaluated without the compiler.
//!
//! # How a program is evaluated
//!
//! The root region is evaluated once. A node refers only to earlier nodes of its own region or of enclosing
//! regions; the regions named by a node (arms, loop bodies, filters) are evaluated when that node asks for them.
//! Errors are values ([`Op`] lists which operation fails how), so the order of evaluation cannot be observed.
//! After the root region come the lines ([`Line`]), then the results, then the nodes of `results`
//! (the region that may read [`Op::Result`]), the checks and the reports.

mod cutoff;
mod except;
mod op;
mod product;
mod program;
pub mod quality;
pub mod ranges;
mod text;
mod upstream;
mod verify;

pub use cutoff::CutoffInfo;
pub use except::{Case, ExceptionInfo};
pub use op::*;
pub use product::{AllocationInfo, AlsoUnit, Basis, BasisInfo, ProductInfo, Target};
pub use program::*;
pub use text::{canonical_text, print};
pub use upstream::{Footprint, Upstream, accepted_name};
pub use verify::{VerifyError, verify};
