//! The grammars for editors beside the compiler's parser, over every source of the repository.

mod generated;
mod outline;
mod queries;
mod robust;
mod sources;
mod textmate;

use footrule_tree_sitter::LANGUAGE;
use tree_sitter::{Parser, Tree};

fn tree(text: &str) -> Tree {
    let mut parser = Parser::new();
    parser.set_language(&LANGUAGE.into()).expect("the grammar fits the library");
    parser.parse(text, None).expect("nothing cancels the parser")
}
