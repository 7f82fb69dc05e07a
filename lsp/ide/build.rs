//! Embeds the pages of `docs/diagnostics`.

use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let home = env::var("CARGO_MANIFEST_DIR").map_err(io::Error::other)?;
    let folder = Path::new(&home).join("../../docs/diagnostics").canonicalize()?;
    println!("cargo::rerun-if-changed={}", folder.display());
    let mut pages = Vec::new();
    for entry in fs::read_dir(&folder)? {
        let path = entry?.path();
        if let Some(code) = path.file_stem().and_then(|s| s.to_str()).filter(|s| s.starts_with("FR-")) {
            println!("cargo::rerun-if-changed={}", path.display());
            pages.push(format!("    ({code:?}, include_str!({:?})),\n", path.display().to_string()));
        }
    }
    pages.sort();
    let out = env::var("OUT_DIR").map_err(io::Error::other)?;
    let text =
        format!("/// Code and page, sorted by code.\npub static PAGES: &[(&str, &str)] = &[\n{}];\n", pages.concat());
    fs::write(Path::new(&out).join("pages.rs"), text)
}
