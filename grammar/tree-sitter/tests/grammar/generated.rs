//! The committed parser is the one that the committed grammar gives.

use sha2::{Digest as _, Sha256};
use std::fs;
use std::path::Path;

/// What a parser is made of, and what is made.
const FILES: [&str; 5] = ["grammar.js", "keywords.json", "src/grammar.json", "src/node-types.json", "src/parser.c"];

#[test]
fn the_parser_is_as_new_as_the_grammar() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let noted = fs::read_to_string(root.join("src/made_from.sha256")).expect("what `generate.sh` notes");
    let noted: Vec<(&str, &str)> = noted.lines().filter_map(|l| l.split_once("  ")).collect();
    assert_eq!(noted.iter().map(|(_, file)| *file).collect::<Vec<_>>(), FILES);
    for (hash, file) in noted {
        let content = fs::read(root.join(file)).expect(file);
        let now: String = Sha256::digest(&content).iter().map(|b| format!("{b:02x}")).collect();
        assert_eq!(
            now, hash,
            "{file} is not what the parser was made of or with: run `grammar/tree-sitter/generate.sh`"
        );
    }
}
