//! Bundles: a rule in one file, for a program without the compiler.
//!
//! ```text
//! footrule bundle 1
//! {"rule":"…","version":"…","meaning":"<sha-256>","content":"<sha-256 of the third line>"}
//! {the typed program: labels, units, tables, factors with their sources, tests}
//! ```
//!
//! Guarantees: the same rule gives the same bytes, wherever its files lie; a bundle that is damaged or of another version
//! is refused with a [`BundleError`], and never with a panic; memory stays in proportion to the file. What is loaded has
//! passed the verifier, and has the meaning that its head states. Must not: prove who made a bundle: hashes protect
//! against damage, and whoever wants more signs the file.

use footrule_mir::{Program, canonical_text, verify};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;
use std::fmt::Write as _;

/// What the first line says, but for the version of the format.
const MAGIC: &str = "footrule bundle ";
/// The version of the format.
const VERSION: u32 = 1;
/// Longest file.
const MAX_BYTES: usize = 256 << 20;
/// How deeply rules may rest on rules.
const MAX_UPSTREAM: u32 = 16;

/// What a bundle says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    rule: String,
    version: String,
    meaning: String,
    content: String,
}

/// Why a bundle is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BundleError {
    /// It does not begin as a bundle does.
    NoBundle,
    /// A format of another version of Footrule.
    Version(String),
    /// It is longer than any bundle.
    TooLarge,
    /// Its end is missing.
    Truncated,
    /// Its content is not that of which the hash was taken.
    Damaged,
    /// Its parts contradict each other, or the verifier refuses it: it was not made by Footrule.
    Malformed(String),
}

impl fmt::Display for BundleError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoBundle => f.write_str("this is no bundle of a rule"),
            Self::Version(v) => write!(f, "the bundle has format {v}; this version of Footrule reads format {VERSION}"),
            Self::TooLarge => write!(f, "the bundle is longer than {MAX_BYTES} bytes"),
            Self::Truncated => f.write_str("the end of the bundle is missing"),
            Self::Damaged => f.write_str("the bundle is damaged: its content does not fit its hash"),
            Self::Malformed(why) => write!(f, "the bundle is malformed: {why}"),
        }
    }
}

impl std::error::Error for BundleError {}

/// The bundle of a program. Places in it name files as the program does: [`relative`] makes them independent of where
/// the files lie.
///
/// # Errors
/// [`BundleError::Malformed`] if a program cannot be written: a bug of ours.
pub fn write(program: &Program) -> Result<Vec<u8>, BundleError> {
    let malformed = |e: &dyn fmt::Display| BundleError::Malformed(e.to_string());
    verify(program).map_err(|e| malformed(&e))?;
    let content = serde_json::to_string(program).map_err(|e| malformed(&e))?;
    let head = Head {
        rule: program.rule.name.id.clone(),
        version: program.rule.version.clone(),
        meaning: meaning(program),
        content: sha256(content.as_bytes()),
    };
    let head = serde_json::to_string(&head).map_err(|e| malformed(&e))?;
    Ok(format!("{MAGIC}{VERSION}\n{head}\n{content}\n").into_bytes())
}

/// True for what begins as a bundle does.
#[must_use]
pub fn is_bundle(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC.as_bytes())
}

/// The program in a bundle.
///
/// # Errors
/// Why it is refused.
pub fn read(bytes: &[u8]) -> Result<Program, BundleError> {
    if bytes.len() > MAX_BYTES {
        return Err(BundleError::TooLarge);
    }
    if bytes.len() < MAGIC.len() && !bytes.is_empty() && MAGIC.as_bytes().starts_with(bytes) {
        return Err(BundleError::Truncated);
    }
    let rest = bytes.strip_prefix(MAGIC.as_bytes()).ok_or(BundleError::NoBundle)?;
    let mut lines = rest.split(|b| *b == b'\n');
    let version = lines.next().unwrap_or_default();
    if version != VERSION.to_string().as_bytes() {
        let shown: String = String::from_utf8_lossy(version).chars().take(16).collect();
        return Err(BundleError::Version(shown));
    }
    let (Some(head), Some(content), Some(end)) = (lines.next(), lines.next(), lines.next()) else {
        return Err(BundleError::Truncated);
    };
    if !end.is_empty() || lines.next().is_some() {
        return Err(BundleError::Malformed("something follows its end".to_owned()));
    }
    let head: Head = serde_json::from_slice(head).map_err(|_| BundleError::Damaged)?;
    if sha256(content) != head.content {
        return Err(BundleError::Damaged);
    }
    let malformed = |e: &dyn fmt::Display| BundleError::Malformed(e.to_string());
    let program: Program = serde_json::from_slice(content).map_err(|e| malformed(&e))?;
    if depth(&program, 0) > MAX_UPSTREAM {
        return Err(BundleError::Malformed("rules rest on rules too deeply".to_owned()));
    }
    verify(&program).map_err(|e| malformed(&e))?;
    let rule = &program.rule;
    if rule.name.id != head.rule || rule.version != head.version || meaning(&program) != head.meaning {
        return Err(BundleError::Malformed("its head belongs to another rule".to_owned()));
    }
    Ok(program)
}

fn depth(program: &Program, above: u32) -> u32 {
    if above > MAX_UPSTREAM {
        return above;
    }
    program.upstream.iter().map(|u| depth(&u.program, above + 1)).max().unwrap_or(above)
}

/// SHA-256 of the program's canonical text, hex: what the result of an evaluation states, too.
#[must_use]
pub fn meaning(program: &Program) -> String {
    sha256(canonical_text(program).as_bytes())
}

fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut hex, b| {
        // Writing to a text does not fail.
        let _ = write!(hex, "{b:02x}");
        hex
    })
}

/// Names the files of a program relative to a folder. `current` is where relative names are relative to now; both are
/// absolute. Library modules keep their names.
pub fn relative(program: &mut Program, current: &str, folder: &str) {
    let shown =
        |key: &str| if key.starts_with("std:") { key.to_owned() } else { from(folder, &absolute(current, key)) };
    for place in &mut program.places {
        place.file = shown(&place.file);
    }
    for test in &mut program.tests {
        if let Some((key, _)) = &mut test.from {
            *key = shown(key);
        }
    }
    for upstream in &mut program.upstream {
        let mut inner = Program::clone(&upstream.program);
        relative(&mut inner, current, folder);
        upstream.program = inner.into();
    }
}

/// A path without `.` and `..`, with `/` only.
fn absolute(current: &str, path: &str) -> String {
    let path = path.replace('\\', "/");
    let rooted = path.starts_with('/') || path.as_bytes().get(1) == Some(&b':');
    let all = if rooted { path } else { format!("{}/{path}", current.replace('\\', "/")) };
    let mut parts: Vec<&str> = Vec::new();
    for part in all.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    format!("{}{}", if all.starts_with('/') { "/" } else { "" }, parts.join("/"))
}

/// A path as seen from a folder.
fn from(folder: &str, path: &str) -> String {
    let folder = absolute("/", folder);
    let (mut base, mut rest) = (folder.split('/').filter(|p| !p.is_empty()), path.split('/').filter(|p| !p.is_empty()));
    let (mut up, mut down): (Vec<&str>, Vec<&str>) = (Vec::new(), Vec::new());
    loop {
        match (base.next(), rest.next()) {
            (Some(a), Some(b)) if a == b && up.is_empty() && down.is_empty() => {}
            (None, None) => break,
            (a, b) => {
                up.extend(a.map(|_| ".."));
                down.extend(b);
            }
        }
    }
    up.into_iter().chain(down).collect::<Vec<_>>().join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_from_a_folder() {
        for (current, folder, key, expected) in [
            ("/home/a", "/home/a", "rule.pcr", "rule.pcr"),
            ("/home", "/home/a", "a/lib/x.pcr", "lib/x.pcr"),
            ("/home/a/lib", "/home/a", "../rule.pcr", "rule.pcr"),
            ("/tmp", "/home/a", "/home/a/rule.pcr", "rule.pcr"),
            ("/home/a", "/home/a", "../shared/m.pcr", "../shared/m.pcr"),
        ] {
            assert_eq!(from(folder, &absolute(current, key)), expected);
        }
    }
}
