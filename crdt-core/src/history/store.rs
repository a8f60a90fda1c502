use core::fmt;
use std::collections::{BTreeMap, BTreeSet};

use super::archive::Archive;
use super::bundle::{Bundle, canonical_size};
use super::chains::{Chains, ChangeIndex, NewChange, Next};
use super::cut::Cuts;
use super::equivocation::Forks;
use super::extras::Extras;
use super::genesis::Genesis;
use super::header::{ChangeHasher, Header, Tags};
use super::local::Tail;
use super::pending::{Pending, PendingLimits};
use super::saved::Packs;
use super::sizes::Sizes;
use crate::crypto::{Author, ChangeHash, DocumentId};

/// Every admitted change of a document, and the bundles that wait for others.
///
/// A history needs no Rust type: a relay or a tool keeps one to store, verify and forward a
/// document it does not understand. A [`Document`](crate::Document) has one inside.
pub struct History {
    document: DocumentId,
    pub(super) genesis: Option<Genesis>,
    pub(super) chains: Chains,
    /// The changes that the history was opened with; everything below that is kept of each change
    /// is of those after them.
    pub(super) archive: Archive,
    bodies: Bodies,
    extras: Extras<ChangeIndex>,
    /// What hashed the last change written here, and whose changes it hashes.
    pub(super) hasher: Option<(Author, ChangeHasher)>,
    authors: Vec<Author>,
    author_numbers: BTreeMap<Author, u32>,
    /// Changes that no other change depends on, but for the newest, which is always one of them.
    older_heads: BTreeSet<ChangeIndex>,
    /// What was among them since the first mark that is not forgotten, and is not now.
    former_heads: Vec<ChangeIndex>,
    pub(super) sizes: Sizes,
    pub(super) forks: Forks,
    pub(super) cuts: Cuts,
    pub(super) pending: Pending,
    pub(super) tail: Option<Tail>,
    /// What was packed when the history was last saved or opened.
    pub(super) packs: Packs,
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

/// The bodies of some consecutive changes, in canonical bytes, one after the other.
#[derive(Debug, Default)]
pub(super) struct Bodies {
    bytes: Vec<u8>,
    /// Where each one ends.
    ends: Vec<usize>,
}

impl Bodies {
    pub(super) fn new(bytes: Vec<u8>, ends: Vec<usize>) -> Self {
        Self { bytes, ends }
    }

    pub(super) fn get(&self, place: u32) -> &[u8] {
        let place = place as usize;
        let start = place.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start..self.ends[place]]
    }

    pub(super) fn push(&mut self, body: &[u8]) {
        make_room(&mut self.bytes, body.len());
        make_room(&mut self.ends, 1);
        self.bytes.extend_from_slice(body);
        self.ends.push(self.bytes.len());
    }

    fn pop(&mut self) {
        self.ends.pop();
        self.bytes.truncate(self.ends.last().copied().unwrap_or(0));
    }
}

/// A change ready to be appended: everything it refers to is in the history.
pub(super) struct Admitted<'a> {
    pub(super) hash: ChangeHash,
    pub(super) author: u32,
    pub(super) next: Next,
    pub(super) time: u32,
    /// In ascending order of their hashes, as in the header.
    pub(super) dependencies: &'a [ChangeIndex],
    pub(super) tags: Tags,
    pub(super) body: &'a [u8],
    pub(super) counters: u32,
}

/// A state of the history to go back to. There can be several, each made after the one before.
#[derive(Clone, Copy, Debug)]
pub(super) struct Mark {
    pub(super) changes: ChangeIndex,
    former_heads: usize,
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
            chains: Chains::default(),
            archive: Archive::default(),
            bodies: Bodies::default(),
            extras: Extras::default(),
            hasher: None,
            authors: Vec::new(),
            author_numbers: BTreeMap::new(),
            older_heads: BTreeSet::new(),
            former_heads: Vec::new(),
            sizes: Sizes::default(),
            forks: Forks::default(),
            cuts: Cuts::default(),
            pending: Pending::new(limits),
            tail: None,
            packs: Packs::default(),
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
        self.older_heads.iter().copied().chain(self.chains.len().checked_sub(1))
    }

    /// How many changes there are.
    pub fn len(&self) -> usize {
        self.chains.len() as usize
    }

    /// Whether there are no changes.
    pub fn is_empty(&self) -> bool {
        self.chains.len() == 0
    }

    /// Whether a change is known. O(1), but for an opened document's old changes: to say that one is among
    /// them or is not, the first question unpacks them all.
    pub fn contains(&self, change: &ChangeHash) -> bool {
        self.index_of(change).is_some()
    }

    /// The authors of changes, ascending.
    pub fn authors(&self) -> impl Iterator<Item = Author> {
        self.author_numbers.keys().copied()
    }

    /// The authors of changes by their numbers in this replica.
    pub(super) fn numbered_authors(&self) -> &[Author] {
        &self.authors
    }

    /// Takes note of a head of a history that is being opened, which has all its changes.
    pub(super) fn add_head(&mut self, head: ChangeIndex) {
        if head + 1 < self.chains.len() {
            self.older_heads.insert(head);
        }
    }

    /// The index that the next change will have.
    pub(crate) fn end(&self) -> ChangeIndex {
        self.chains.len()
    }

    /// The limits of the buffer of waiting bundles.
    pub fn pending_limits(&self) -> PendingLimits {
        self.pending.limits()
    }

    /// Sets other limits and drops at once what exceeds them, what has waited longest first.
    pub(crate) fn bound_pending(&mut self, limits: PendingLimits) {
        self.set_pending_limits(limits);
        self.pending.make_room(0, 0);
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

    /// The author with a key, if it is known and so has been checked.
    pub(super) fn checked_key(&self, key: &[u8; 32]) -> Option<Author> {
        let founder = self.genesis.as_ref().map(Genesis::founder);
        let known = || self.author_numbers.get_key_value(key).map(|(author, _)| *author);
        founder.filter(|founder| founder.as_bytes() == key).or_else(known)
    }

    pub(crate) fn known_author(&self, author: &Author) -> Option<u32> {
        self.author_numbers.get(author).copied()
    }

    /// What a change depends on beside its predecessor, in ascending order of hashes.
    pub(super) fn dependencies(&self, change: ChangeIndex) -> &[ChangeIndex] {
        self.extras(change).dependencies(change)
    }

    pub(super) fn tags(&self, change: ChangeIndex) -> &Tags {
        self.extras(change).tags(change)
    }

    /// The dependencies and the tags of a change.
    pub(super) fn beside(&self, change: ChangeIndex) -> (&[ChangeIndex], &Tags) {
        let extras = self.extras(change);
        (extras.dependencies(change), extras.tags(change))
    }

    fn extras(&self, change: ChangeIndex) -> &Extras<ChangeIndex> {
        if change < self.archive.len() { self.archive.extras(change) } else { &self.extras }
    }

    /// The changes that one depends on directly.
    pub(super) fn below(&self, change: ChangeIndex) -> impl Iterator<Item = ChangeIndex> {
        self.chains.prev_of(change).into_iter().chain(self.dependencies(change).iter().copied())
    }

    pub(super) fn author_of(&self, change: ChangeIndex) -> Author {
        self.author(self.author_number_of(change))
    }

    /// The number of the author of a change in this replica.
    pub(super) fn author_number_of(&self, change: ChangeIndex) -> u32 {
        self.chains.author_of(self.chains.segment_of(change))
    }

    pub(super) fn body(&self, change: ChangeIndex) -> &[u8] {
        match change.checked_sub(self.archive.len()) {
            Some(place) => self.bodies.get(place),
            None => self.archive.body(change),
        }
    }

    /// The header of a change, rebuilt; its author is left out.
    pub(super) fn header(&self, change: ChangeIndex) -> Header {
        let hash = |below: &ChangeIndex| self.chains.hash_of(*below);
        Header {
            seq: self.chains.seq_of(change),
            prev: self.chains.prev_of(change).as_ref().map(hash),
            dependencies: self.dependencies(change).iter().map(hash).collect(),
            tags: self.tags(change).clone(),
        }
    }

    /// 1 + the highest time in a table.
    pub(super) fn time_after(&self, next: Next, others: &[ChangeIndex]) -> u32 {
        let times = others.iter().map(|change| self.chains.time_of(*change));
        times.fold(next.after, u32::max).saturating_add(1)
    }

    /// Makes room for the changes of a bundle.
    pub(super) fn reserve(&mut self, bundle: &Bundle) {
        self.chains.reserve(bundle.members.len());
        self.bodies.ends.reserve(bundle.members.len());
        self.bodies.bytes.reserve(bundle.bodies().len());
    }

    /// Appends a change. Its ops have not been checked against its table yet.
    pub(super) fn append(&mut self, change: Admitted<'_>) -> ChangeIndex {
        let index = self.chains.len();
        let Admitted { hash, author, next, time, counters, dependencies, .. } = change;
        if next.opens {
            self.forks.note(&self.chains, author, next.prev, index);
        }
        let references = dependencies.len() + usize::from(next.prev.is_some());
        self.sizes.add(author, canonical_size(references, &change.tags, change.body) as u64);
        self.chains.append(&NewChange { hash, author, next, time, counters });
        self.replace_heads(index, next.prev.iter().chain(dependencies));
        self.bodies.push(change.body);
        self.extras.push(index, dependencies.iter().copied(), change.tags);
        index
    }

    /// Makes a change a head in the place of those that it depends on.
    fn replace_heads<'a>(
        &mut self,
        change: ChangeIndex,
        below: impl Iterator<Item = &'a ChangeIndex>,
    ) {
        let mut newest = change.checked_sub(1);
        for below in below {
            if newest == Some(*below) {
                newest = None;
            } else if self.older_heads.remove(below) {
                self.former_heads.push(*below);
            }
        }
        self.older_heads.extend(newest);
    }

    pub(super) fn mark(&self) -> Mark {
        Mark {
            changes: self.chains.len(),
            former_heads: self.former_heads.len(),
            highest_time: self.chains.highest_time(),
            authors: self.authors.len(),
            had_genesis: self.genesis.is_some(),
        }
    }

    /// Gives up going back to any mark.
    pub(super) fn forget_mark(&mut self) {
        self.former_heads.clear();
        // Most changes follow one head.
        self.former_heads.shrink_to(4);
    }

    /// Forgets everything appended since a mark, newest first, and the marks made since.
    pub(super) fn roll_back(&mut self, mark: Mark) {
        while self.chains.len() > mark.changes {
            let index = self.chains.len() - 1;
            let author = self.chains.author_of(self.chains.segment_of(index));
            self.sizes.take_back(author, self.bytes_of(index) as u64);
            self.forks.forget(author, self.chains.prev_of(index), index);
            self.extras.pop(index);
            self.bodies.pop();
            self.chains.pop();
        }
        self.older_heads.extend(self.former_heads.drain(mark.former_heads..));
        self.older_heads.split_off(&mark.changes.saturating_sub(1));
        self.chains.set_highest_time(mark.highest_time);
        for author in self.authors.drain(mark.authors..) {
            self.author_numbers.remove(&author);
        }
        if !mark.had_genesis {
            self.genesis = None;
        }
    }
}

/// Makes room for some more by an eighth: doubling would leave up to half of a history's memory unused.
pub(super) fn make_room<T>(list: &mut Vec<T>, more: usize) {
    if list.capacity() - list.len() < more {
        list.reserve_exact(more.max(list.len() / 8));
    }
}
