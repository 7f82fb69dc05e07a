//! What identifies a statement while its file is edited, and how it is held: shared, with its hash at hand.
//!
//! Most questions that the compiler asks itself are about a statement. Its key is three texts; to hash and compare them each time
//! cost more than what is asked.

use rustc_hash::FxBuildHasher;
use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

/// What identifies a chunk while its file is edited.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ChunkKey {
    /// English head, `rule`, `input`, `declared unit` …, or `?`.
    pub keyword: String,
    /// The declared name (NFC), or `#` and a hash for statements without one of which a file has many.
    pub name: Option<String>,
    /// 0 for the first chunk of this keyword and name, 1 for the second …
    pub occurrence: u32,
    /// For a statement inside a process: name and occurrence of the process.
    pub process: Option<(String, u32)>,
}

impl ChunkKey {
    /// The process that the statement stands in.
    #[must_use]
    pub fn owner(&self) -> Option<Self> {
        let (name, occurrence) = self.process.clone()?;
        Some(Self { keyword: "process".into(), name: Some(name), occurrence, process: None })
    }
}

/// A [`ChunkKey`] that is cheap to copy, to hash and to compare with itself. Ordered as the key is.
#[derive(Debug, Clone)]
pub struct Key(Arc<Hashed>);

#[derive(Debug)]
struct Hashed {
    hash: u64,
    key: ChunkKey,
}

impl Key {
    /// Shares a key.
    #[must_use]
    pub fn new(key: ChunkKey) -> Self {
        Self(Arc::new(Hashed { hash: FxBuildHasher.hash_one(&key), key }))
    }
}

impl Deref for Key {
    type Target = ChunkKey;

    fn deref(&self) -> &ChunkKey {
        &self.0.key
    }
}

impl Hash for Key {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}

impl PartialEq for Key {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.hash == other.0.hash && self.0.key == other.0.key
    }
}

impl Eq for Key {}

impl Ord for Key {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        if Arc::ptr_eq(&self.0, &other.0) { std::cmp::Ordering::Equal } else { self.0.key.cmp(&other.0.key) }
    }
}

impl PartialOrd for Key {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}
