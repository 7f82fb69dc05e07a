//! Footrule's conformance suite: literate Markdown cases and the harness that runs them.
//!
//! A heading names a case; the fenced blocks below it, up to the next heading, are the case:
//!
//! | block | meaning |
//! | --- | --- |
//! | ```` ```pcr prelude ```` | before the first case: text put in front of every `pcr` block of the page |
//! | ```` ```pcr ```` | the program (`pcr whole`: without the prelude; `pcr file=x.pcr`: another file; `csv file=x.csv`: data) |
//! | ```` ```pcr error=FR-U002 ```` | the program must be refused with this code, at check or with the input below it |
//! | ```` ```pcr ok ```` | the program must be accepted |
//! | ```` ```diagnostics ```` | exactly these findings: `FR-U002 ‹slice›` and optionally a piece of the message |
//! | ```` ```json input ```` | an input to evaluate |
//! | ```` ```output ```` | what the evaluation yields: `total = 5 kg{CO2e}/t{Al}`, `warning w`, `error FR-E001 ‹slice›` … |
//! | ```` ```ranges ```` | what the range analysis knows: `open division_by_zero ‹x› >= 0 t by x`, `let y = 0 .. 1` … |
//!
//! Errors must match exactly; lints are compared only where the block lists one or says `diagnostics all`.

pub mod case;
pub mod differential;
pub mod fuzz;
pub mod generate;
pub mod native;
pub mod ranges;
pub mod run;
