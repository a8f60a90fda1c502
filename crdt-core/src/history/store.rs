use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

use super::chains::{Chains, ChangeIndex, NewChange};
use super::cut::Cuts;
use super::equivocation::Forks;
use super::genesis::Genesis;
use super::header::{ChangeHasher, Header, Tags};
use super::local::Tail;
use super::pending::{Pending, PendingLimits};
use crate::crypto::{Author, ChangeHash, DocumentId};

/// Every admitted change of a document, and the bundles that wait for others.
///
/// A history needs no Rust type: a relay or a tool keeps one to store, verify and forward a
/// document it does not understand. A [`Document`](crate::Document) has one inside.
pub struct History {
    document: DocumentId,
    pub(super) genesis: Option<Genesis>,
    pub(super) records: Vec<Record>,
    pub(super) chains: Chains,
    pub(super) bodies: Vec<u8>,
    pub(super) hasher: ChangeHasher,
    authors: Vec<Author>,
    author_numbers: BTreeMap<Author, u32>,
    /// Changes that no other change depends on.
    heads: BTreeSet<ChangeIndex>,
    pub(super) forks: Forks,
    pub(super) cuts: Cuts,
    pub(super) pending: Pending,
    pub(super) tail: Option<Tail>,
}

/// The document, its heads, and how much there is; not the content.
impl fmt::Debug for History {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("History")
            .field("document", &self.document)
            .field("changes", &self.len())
            .field("heads", &self.heads())
            .field("pending", &self.pending())
            .finish_non_exhaustive()
    }
}

/// What is kept of a change beside its names and its body.
#[derive(Debug)]
pub(super) struct Record {
    pub(super) author: u32,
    pub(super) seq: u32,
    pub(super) prev: Option<ChangeIndex>,
    /// In ascending order of their hashes, as in the header.
    pub(super) dependencies: Box<[ChangeIndex]>,
    pub(super) tags: Tags,
    /// How many changes depend on it directly.
    dependents: u32,
    body_start: usize,
    body_end: usize,
    /// Ops and canonical bytes.
    pub(super) ops: usize,
    pub(super) bytes: usize,
}

/// A change ready to be appended: everything it refers to is in the history.
pub(super) struct Admitted<'a> {
    pub(super) hash: ChangeHash,
    pub(super) author: u32,
    pub(super) seq: u32,
    pub(super) prev: Option<ChangeIndex>,
    pub(super) dependencies: Box<[ChangeIndex]>,
    pub(super) tags: Tags,
    pub(super) body: &'a [u8],
    pub(super) counters: u32,
    pub(super) ops: usize,
    pub(super) bytes: usize,
}

/// A state of the history to go back to.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) changes: ChangeIndex,
    highest_time: u32,
    authors: usize,
    had_genesis: bool,
}

impl History {
    /// An empty history of a document, of which only the id is known so far.
    pub fn new(document: DocumentId) -> Self {
        Self::with_limits(document, PendingLimits::default())
    }

    /// The same with limits of its own for the buffer of waiting bundles.
    pub fn with_limits(document: DocumentId, limits: PendingLimits) -> Self {
        Self {
            document,
            genesis: None,
            records: Vec::new(),
            chains: Chains::default(),
            bodies: Vec::new(),
            hasher: ChangeHasher::new(&document),
            authors: Vec::new(),
            author_numbers: BTreeMap::new(),
            heads: BTreeSet::new(),
            forks: Forks::default(),
            cuts: Cuts::default(),
            pending: Pending::new(limits),
            tail: None,
        }
    }

    /// The history of a new document.
    pub(crate) fn founded(genesis: Genesis) -> Self {
        let mut history = Self::new(genesis.document());
        history.genesis = Some(genesis);
        history
    }

    /// The id of the document.
    pub fn document(&self) -> DocumentId {
        self.document
    }

    /// The record the document began with, once a bundle has brought it.
    pub fn genesis(&self) -> Option<&Genesis> {
        self.genesis.as_ref()
    }

    /// The changes that no known change depends on, ascending: the version of the document.
    pub fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<_> = self.head_indexes().map(|head| self.chains.hash_of(head)).collect();
        heads.sort_unstable();
        heads
    }

    pub(super) fn head_indexes(&self) -> impl Iterator<Item = ChangeIndex> {
        self.heads.iter().copied()
    }

    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there are no changes.
    pub fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// Whether a change is known. O(1).
    pub fn contains(&self, change: &ChangeHash) -> bool {
        self.index_of(change).is_some()
    }

    /// The authors of changes, ascending.
    pub fn authors(&self) -> impl Iterator<Item = Author> {
        self.author_numbers.keys().copied()
    }

    /// The index that the next change will have.
    pub(crate) fn end(&self) -> ChangeIndex {
        self.chains.len()
    }

    /// The last change written here, if it has not been signed yet.
    pub(crate) fn own_tail(&self) -> Option<ChangeIndex> {
        self.tail.as_ref().map(|tail| tail.change)
    }

    /// The limits of the buffer of waiting bundles.
    pub fn pending_limits(&self) -> PendingLimits {
        self.pending.limits()
    }

    /// Sets other limits for the buffer of waiting bundles; they hold from the next bundle on.
    pub fn set_pending_limits(&mut self, limits: PendingLimits) {
        self.pending.set_limits(limits);
    }

    /// How ops are named and ordered.
    pub(crate) fn chains(&self) -> &Chains {
        &self.chains
    }

    pub(crate) fn index_of(&self, change: &ChangeHash) -> Option<ChangeIndex> {
        self.chains.index_of(change)
    }

    pub(super) fn author(&self, number: u32) -> Author {
        self.authors[number as usize]
    }

    /// The number of an author in this replica; given to it if it has none.
    pub(super) fn author_number(&mut self, author: &Author) -> u32 {
        if let Some(number) = self.author_numbers.get(author) {
            return *number;
        }
        let number = u32::try_from(self.authors.len()).unwrap_or(u32::MAX);
        self.authors.push(*author);
        self.author_numbers.insert(*author, number);
        number
    }

    pub(crate) fn known_author(&self, author: &Author) -> Option<u32> {
        self.author_numbers.get(author).copied()
    }

    pub(super) fn record(&self, change: ChangeIndex) -> &Record {
        &self.records[change as usize]
    }

    pub(super) fn body(&self, change: ChangeIndex) -> &[u8] {
        let record = self.record(change);
        &self.bodies[record.body_start..record.body_end]
    }

    /// The header of a change, rebuilt.
    pub(super) fn header(&self, change: ChangeIndex) -> Header {
        let record = self.record(change);
        Header {
            author: self.author(record.author),
            seq: record.seq,
            prev: record.prev.map(|prev| self.chains.hash_of(prev)),
            dependencies: record.dependencies.iter().map(|d| self.chains.hash_of(*d)).collect(),
            tags: record.tags.clone(),
        }
    }

    /// 1 + the highest time in a table.
    pub(super) fn time_after(&self, prev: Option<ChangeIndex>, others: &[ChangeIndex]) -> u32 {
        let times = prev.iter().chain(others).map(|change| self.chains.time_of(*change));
        times.max().unwrap_or(0).saturating_add(1)
    }

    /// Appends a change. Its ops have not been checked against its table yet.
    pub(super) fn append(&mut self, change: Admitted<'_>) -> ChangeIndex {
        let time = self.time_after(change.prev, &change.dependencies);
        let index = self.chains.len();
        self.forks.note(&self.chains, change.author, change.prev, index);
        self.chains.append(&NewChange {
            hash: change.hash,
            author: change.author,
            prev: change.prev,
            time,
            counters: change.counters,
        });
        for below in change.prev.iter().chain(&*change.dependencies) {
            self.records[*below as usize].dependents += 1;
            self.heads.remove(below);
        }
        self.heads.insert(index);
        let body_start = self.bodies.len();
        self.bodies.extend_from_slice(change.body);
        self.records.push(Record {
            author: change.author,
            seq: change.seq,
            prev: change.prev,
            dependencies: change.dependencies,
            tags: change.tags,
            dependents: 0,
            body_start,
            body_end: self.bodies.len(),
            ops: change.ops,
            bytes: change.bytes,
        });
        index
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            changes: self.chains.len(),
            highest_time: self.chains.highest_time(),
            authors: self.authors.len(),
            had_genesis: self.genesis.is_some(),
        }
    }

    /// Forgets everything appended since the mark, newest first.
    pub(super) fn roll_back(&mut self, mark: Mark) {
        while let Some(record) = self.records.pop_if(|_| self.chains.len() > mark.changes) {
            let index = self.chains.len() - 1;
            self.bodies.truncate(record.body_start);
            self.heads.remove(&index);
            self.forks.forget(record.author, record.prev, index);
            self.chains.pop();
            for below in record.prev.iter().chain(&*record.dependencies) {
                self.release(*below);
            }
        }
        self.chains.set_highest_time(mark.highest_time);
        for author in self.authors.drain(mark.authors..) {
            self.author_numbers.remove(&author);
        }
        if !mark.had_genesis {
            self.genesis = None;
        }
    }

    /// Counts one change less that depends on `change`; without any it is a head.
    fn release(&mut self, change: ChangeIndex) {
        let record = &mut self.records[change as usize];
        record.dependents -= 1;
        if record.dependents == 0 {
            self.heads.insert(change);
        }
    }
}
