//! Lists every rule, module and data file of the library, so that a new file needs no registration.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

fn collect(folder: &Path, out: &mut Vec<PathBuf>) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, out)?;
        } else if path.extension().is_some_and(|e| e == "pcr" || e == "csv" || e == "json") {
            out.push(path);
        }
    }
    Ok(())
}

fn main() -> io::Result<()> {
    let root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let mut files = Vec::new();
    // The whole folder, so that a new sector is seen as well.
    println!("cargo::rerun-if-changed={}", root.display());
    for entry in fs::read_dir(&root)? {
        let path = entry?.path();
        if path.is_dir() && !path.ends_with("src") && !path.ends_with("target") {
            collect(&path, &mut files)?;
        }
    }
    files.sort();
    let mut list = String::from("&[\n");
    for path in &files {
        let name = path.file_name().unwrap_or_default().to_string_lossy().replace(".pcr", "");
        let _ = writeln!(list, "    (\"std:{name}\", include_str!({path:?})),");
    }
    list.push(']');
    fs::write(PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("files.rs"), list)
}
