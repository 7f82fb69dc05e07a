//! The files for editors are what the keyword table gives.

#[path = "../examples/editors/files.rs"]
mod files;

use std::fs;
use std::path::Path;

#[test]
fn the_files_for_editors_follow_the_table() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let stale: Vec<_> = files::files()
        .into_iter()
        .filter(|(path, text)| fs::read_to_string(root.join(path)).ok().as_ref() != Some(text))
        .map(|(path, _)| path)
        .collect();
    assert!(stale.is_empty(), "run `cargo run -p footrule-grammar --example editors`; stale: {stale:?}");
}
