//! Footrule's front end: text → chunks → trees → names → typed bodies → MIR.
//!
//! Everything here is a salsa query over [`db::SourceFile`]s; the database ends at [`lower::lower`]. Parsing never
//! fails, checking never stops at the first finding, and nothing here knows of terminals, the language server or
//! native code. [`Session`] is the way in.

mod bases;
mod cases;
pub mod check;
mod cutoff;
mod data;
pub mod db;
mod findings;
pub mod generics;
mod lints;
pub mod lower;
pub mod names;
mod package;
mod parallel;
pub mod products;
mod ranges;
mod report;
mod session;
pub mod sigs;
mod stop;
pub mod types;
pub mod units;
pub mod upstream;
pub mod uses;

pub use footrule_stdlib::is_source;
pub use package::{Level, Outside, PackageInfo, Root, data_key, is_name, spelled_at};
pub use session::{RuleSummary, Session};
pub use stop::{Stop, Stopped};
