//! The Footrule library: std modules, sector rules and their data, embedded in the binary.
//!
//! A module `std/units.pcr` has the key `std:units`, a rule `nonferrous_metals/primary_aluminium.pcr` the key
//! `std:primary_aluminium`; identifiers are unique across sectors.

/// Key and text of every file, sorted by path.
pub const FILES: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/files.rs"));

/// True if a key of the library, or a path, names Footrule source rather than data. A module or rule of the library is
/// named without an extension.
#[must_use]
pub fn is_source(key: &str) -> bool {
    match key.strip_prefix("std:") {
        Some(name) => !name.contains('.'),
        None => key.ends_with(".pcr") || key.ends_with(".pcr.md"),
    }
}

/// Key and text of the rules and modules, without their data.
pub fn sources() -> impl Iterator<Item = (&'static str, &'static str)> {
    FILES.iter().copied().filter(|(key, _)| is_source(key))
}
