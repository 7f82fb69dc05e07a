//! What is asked of a file system. Paths are absolute, normalised, with `/`.

use std::collections::BTreeMap;
use std::io;
use std::path::Path;

/// A file system.
pub trait Files {
    /// The current folder.
    fn current(&self) -> String;

    /// The text of a file, without a byte order mark.
    ///
    /// # Errors
    /// If it cannot be read, or is not UTF-8 ([`io::ErrorKind::InvalidData`]).
    fn read(&self, path: &str) -> io::Result<String>;

    /// True for a file that is there.
    fn is_file(&self, path: &str) -> bool;

    /// The path with symbolic links followed; the path itself if there is nothing.
    fn real(&self, path: &str) -> String;
}

/// The disk.
#[derive(Debug, Clone, Copy, Default)]
pub struct Disk;

impl Files for Disk {
    fn current(&self) -> String {
        std::env::current_dir().map_or_else(|_| "/".into(), |p| slashes(&p))
    }

    fn read(&self, path: &str) -> io::Result<String> {
        utf8(std::fs::read(path)?)
    }

    fn is_file(&self, path: &str) -> bool {
        Path::new(path).is_file()
    }

    fn real(&self, path: &str) -> String {
        std::fs::canonicalize(path).map_or_else(|_| path.to_owned(), |p| slashes(&p))
    }
}

fn slashes(path: &Path) -> String {
    path.to_string_lossy().replace('\\', "/")
}

/// Bytes as text, without a byte order mark.
///
/// # Errors
/// [`io::ErrorKind::InvalidData`] if they are not UTF-8.
pub fn utf8(bytes: Vec<u8>) -> io::Result<String> {
    let text = String::from_utf8(bytes).map_err(|e| {
        let at = e.utf8_error().valid_up_to();
        io::Error::new(io::ErrorKind::InvalidData, format!("byte {at} is not UTF-8"))
    })?;
    Ok(text.strip_prefix('\u{feff}').map_or_else(|| text.clone(), str::to_owned))
}

/// Files that are texts in memory.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    /// The current folder.
    pub current: String,
    /// Texts by absolute path.
    pub texts: BTreeMap<String, String>,
    /// Symbolic links: files that stand elsewhere.
    pub links: BTreeMap<String, String>,
}

impl Files for Memory {
    fn current(&self) -> String {
        self.current.clone()
    }

    fn read(&self, path: &str) -> io::Result<String> {
        self.texts.get(&self.real(path)).cloned().ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn is_file(&self, path: &str) -> bool {
        self.texts.contains_key(&self.real(path))
    }

    fn real(&self, path: &str) -> String {
        self.links.get(path).cloned().unwrap_or_else(|| path.to_owned())
    }
}
