//! Rules on a file system: packages (`footrule.toml`), their dependencies, and the files that a source names.
//!
//! [`Project`] finds the package around a path, reads its manifest and those of its dependencies, and gives a
//! [`Session`](footrule_compiler::Session) every file that another names. It reads through [`Files`], so that an editor can lay its buffers over
//! the disk. A file has one key however it is reached; nothing outside a package is read for it.

mod files;
mod manifest;
mod path;
mod project;

pub use files::{Disk, Files, Memory, utf8};
pub use manifest::{Dependency, MANIFEST, Manifest};
pub use path::{below, join};
pub use project::{Failure, Project};
