//! The Footrule library: std modules, sector rules and their data, embedded in the binary.
//!
//! A module `std/units.pcr` has the key `std:units`, a rule `nonferrous_metals/primary_aluminium.pcr` the key
//! `std:primary_aluminium`; identifiers are unique across sectors.

/// Key and text of every file, sorted by path.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/files.rs"));
