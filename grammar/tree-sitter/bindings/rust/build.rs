//! Compiles the generated parser and the scanner.

fn main() {
    let sources = ["src/parser.c", "src/scanner.c"];
    cc::Build::new()
        .std("c11")
        .opt_level(1)
        .include("src")
        .files(sources)
        .warnings(false)
        .compile("tree-sitter-footrule");
    for file in sources {
        println!("cargo::rerun-if-changed={file}");
    }
}
