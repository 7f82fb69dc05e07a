//! The salsa database: sources in, statement chunks and their trees out.
//!
//! Invariant: an edit above a chunk changes no query result of that chunk but its start. Spans in query results are
//! relative to their chunk; [`Place`] pairs them with the chunk, and only [`resolve_place`] makes them absolute.
//! Invariant: typing inside one body never invalidates another; bodies meet only through signatures.

#![expect(missing_docs, reason = "salsa's macros generate accessors without docs")]

use crate::cutoff::{built_in, is_built_in};
use crate::names::StmtName;
use crate::package::Package;
use footrule_diag::{Diagnostic, FileSpan, Span};
use footrule_syntax::Key;
use footrule_syntax::{Chunk, ChunkKey, Parsed, Split, ast};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A source file. The key is a path as the user wrote it, or `std:NAME`.
#[salsa::input(debug)]
pub struct SourceFile {
    /// Key.
    #[returns(ref)]
    pub key: Arc<str>,
    /// Text.
    #[returns(ref)]
    pub text: Arc<str>,
    /// The package that it belongs to.
    pub package: Option<Package>,
}

/// All files that can be named by `use` and `from`.
#[salsa::input(singleton)]
pub struct Workspace {
    /// By key.
    #[returns(ref)]
    pub files: BTreeMap<Arc<str>, SourceFile>,
    /// Keys in a package behind which a symbolic link leads out of it; they are not read.
    #[returns(ref)]
    pub strays: BTreeSet<Arc<str>>,
}

/// The database.
#[salsa::db]
pub trait Db: salsa::Database {}

/// Records which queries ran, for the tests of incrementality.
pub type QueryLog = Arc<std::sync::Mutex<Vec<String>>>;

/// The one implementation of [`Db`].
#[salsa::db]
#[derive(Clone)]
pub struct Database {
    storage: salsa::Storage<Self>,
    log: Option<QueryLog>,
}

impl Database {
    /// An empty database; with `log`, every executed query is recorded.
    #[must_use]
    pub fn new(log: Option<QueryLog>) -> Self {
        let sink = log.clone();
        let storage = salsa::Storage::new(sink.map(|sink| {
            Box::new(move |event: salsa::Event| {
                if let salsa::EventKind::WillExecute { database_key } = event.kind
                    && let Ok(mut log) = sink.lock()
                {
                    log.push(format!("{database_key:?}"));
                }
            }) as Box<dyn Fn(salsa::Event) + Send + Sync>
        }));
        Self { storage, log }
    }

    /// The queries executed since the last call, with their names only.
    #[must_use]
    pub fn take_log(&self) -> Vec<String> {
        self.log.as_ref().and_then(|l| l.lock().ok().map(|mut l| std::mem::take(&mut *l))).unwrap_or_default()
    }
}

#[salsa::db]
impl salsa::Database for Database {}

#[salsa::db]
impl Db for Database {}

/// A statement: its file and the identity of its chunk.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Item {
    /// The file.
    pub file: SourceFile,
    /// The chunk.
    pub key: Key,
}

impl Ord for Item {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        use salsa::plumbing::AsId;
        (self.file.as_id(), &self.key).cmp(&(other.file.as_id(), &other.key))
    }
}

impl PartialOrd for Item {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Item {
    /// The declared name, or the keyword for nameless statements.
    #[must_use]
    pub fn name(&self) -> &str {
        self.key.name.as_deref().unwrap_or(&self.key.keyword)
    }

    /// The tree of the statement; `None` if the chunk is gone.
    pub fn ast<'db>(&self, db: &'db dyn Db) -> Option<&'db ast::Item> {
        parsed(db, self.file, self.key.clone()).items.first()
    }

    /// A place in this statement.
    #[must_use]
    pub fn at(&self, span: Span) -> Place {
        Place { item: self.clone(), span }
    }

    /// True if no text of the file says it: a cut-off brings it.
    #[must_use]
    pub fn is_built_in(&self) -> bool {
        is_built_in(&self.key)
    }

    /// The process that the statement stands in.
    #[must_use]
    pub fn owner(&self) -> Option<Self> {
        self.key.owner().map(|key| Self { file: self.file, key: Key::new(key) })
    }

    /// A stage parameter of a process: an item without text of its own.
    #[must_use]
    pub fn stage_parameter(process: &Self, name: &str) -> Self {
        let owner = process.key.name.clone().map(|n| (n, process.key.occurrence));
        let key = ChunkKey { keyword: "stage".into(), name: Some(name.into()), occurrence: 0, process: owner };
        Self { file: process.file, key: Key::new(key) }
    }

    /// The place of the declared name, or of the whole statement.
    pub fn name_place(&self, db: &dyn Db) -> Place {
        if self.key.keyword == "stage"
            && let Some(owner) = self.owner()
            && let Some(ast::Stmt::Process { params, .. }) = owner.ast(db).map(|a| &a.stmt)
            && let Some((name, _)) = params.iter().find(|(n, _)| n.text == self.name())
        {
            return owner.at(name.span);
        }
        self.at(self.ast(db).map_or(Span::default(), |i| i.stmt.name().map_or(i.span, |n| n.span)))
    }

    /// The source text of a span.
    pub fn slice<'db>(&self, db: &'db dyn Db, span: Span) -> &'db str {
        chunk(db, self.file, self.key.clone())
            .as_ref()
            .and_then(|c| c.text.get(span.start as usize..span.end as usize))
            .unwrap_or("")
    }
}

/// A span relative to a statement.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Place {
    /// The statement.
    pub item: Item,
    /// Byte range in its chunk.
    pub span: Span,
}

/// A diagnostic inside the compiler.
pub type Diag = Diagnostic<Place>;

/// Splits a file into chunks.
#[salsa::tracked(returns(ref), no_eq)]
pub fn split(db: &dyn Db, file: SourceFile) -> Split {
    footrule_syntax::split(file.text(db), file.key(db).ends_with(".md"))
}

/// The identities of the chunks of a file, in order of text; what a cut-off brings stands before the first one.
#[salsa::tracked(returns(ref))]
pub fn items(db: &dyn Db, file: SourceFile) -> Vec<Item> {
    let mut out: Vec<Item> = split(db, file).chunks.iter().map(|c| Item { file, key: c.key.clone() }).collect();
    if let Some(at) = out.iter().position(|i| i.key.keyword == "cutoff") {
        let brought = built_in(db, file).iter().map(|b| Item { file, key: b.chunk.key.clone() });
        out.splice(at..at, brought);
    }
    out
}

/// The statements with these heads, in order of text: to find them none has to be read.
pub fn items_of<'db>(db: &'db dyn Db, file: SourceFile, heads: &'static [&str]) -> impl Iterator<Item = &'db Item> {
    items(db, file).iter().filter(|i| heads.contains(&i.key.keyword.as_str()))
}

#[salsa::tracked(returns(ref), no_eq)]
fn chunks_by_key(db: &dyn Db, file: SourceFile) -> FxHashMap<Key, usize> {
    split(db, file).chunks.iter().enumerate().map(|(i, c)| (c.key.clone(), i)).collect()
}

/// The chunks of the statements inside a process, with their places in it.
#[salsa::tracked(returns(ref), no_eq)]
fn inner_chunks(db: &dyn Db, file: SourceFile, process: Key) -> Vec<Chunk> {
    let Some(chunk) = chunk(db, file, process.clone()) else { return Vec::new() };
    let item = parsed(db, file, process).items.first();
    item.map_or_else(Vec::new, |item| footrule_syntax::inner_chunks(chunk, item))
}

#[salsa::tracked(returns(ref), no_eq)]
fn inner_by_key(db: &dyn Db, file: SourceFile, process: Key) -> FxHashMap<Key, usize> {
    inner_chunks(db, file, process).iter().enumerate().map(|(i, c)| (c.key.clone(), i)).collect()
}

/// The chunk of a statement inside a process.
fn inner_chunk<'db>(db: &'db dyn Db, file: SourceFile, owner: ChunkKey, key: &Key) -> Option<&'db Chunk> {
    let owner = Key::new(owner);
    let ix = *inner_by_key(db, file, owner.clone()).get(key)?;
    inner_chunks(db, file, owner).get(ix)
}

/// The statements inside a process, in order of text.
#[salsa::tracked(returns(ref))]
pub fn inner_items(db: &dyn Db, file: SourceFile, process: Key) -> Vec<Item> {
    inner_chunks(db, file, process).iter().map(|c| Item { file, key: c.key.clone() }).collect()
}

/// All statements of a file, those of each process behind it.
pub fn all_items(db: &dyn Db, file: SourceFile) -> impl Iterator<Item = &Item> {
    items(db, file).iter().flat_map(move |i| {
        let process = (i.key.keyword == "process").then(|| inner_items(db, file, i.key.clone()));
        std::iter::once(i).chain(process.into_iter().flatten())
    })
}

/// A chunk without its position.
#[salsa::tracked(returns(ref))]
pub fn chunk(db: &dyn Db, file: SourceFile, key: Key) -> Option<Chunk> {
    if let Some(owner) = key.owner() {
        let inner = inner_chunk(db, file, owner, &key)?;
        return Some(Chunk { start: 0, ..inner.clone() });
    }
    if is_built_in(&key) {
        return built_in(db, file).iter().find(|b| b.chunk.key == key).map(|b| b.chunk.clone());
    }
    let ix = *chunks_by_key(db, file).get(&key)?;
    Some(Chunk { start: 0, ..split(db, file).chunks[ix].clone() })
}

/// Where a chunk starts in its file.
#[salsa::tracked]
pub fn chunk_start(db: &dyn Db, file: SourceFile, key: Key) -> u32 {
    if let Some(owner) = key.owner() {
        let inner = inner_chunk(db, file, owner.clone(), &key).map_or(0, |c| c.start);
        return chunk_start(db, file, Key::new(owner)) + inner;
    }
    chunks_by_key(db, file).get(&key).map_or(0, |&ix| split(db, file).chunks[ix].start)
}

/// Parses a chunk.
#[salsa::tracked(returns(ref), no_eq)]
pub fn parsed(db: &dyn Db, file: SourceFile, key: Key) -> Parsed {
    chunk(db, file, key).as_ref().map(footrule_syntax::parse_chunk).unwrap_or_default()
}

/// Makes a place absolute. What a cut-off brings stands where the cut-off stands.
pub fn resolve_place(db: &dyn Db, place: &Place) -> FileSpan {
    if is_built_in(&place.item.key)
        && let Some(b) = built_in(db, place.item.file).iter().find(|b| b.chunk.key == place.item.key)
    {
        let of = Item { file: place.item.file, key: b.of.clone() };
        let span = of.ast(db).map_or(Span::default(), |a| a.span);
        return resolve_place(db, &of.at(span));
    }
    let start = *chunk_start(db, place.item.file, place.item.key.clone());
    FileSpan { file: place.item.file.key(db).to_string(), span: place.span.shift(start) }
}
