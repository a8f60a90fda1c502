//! The store: all admitted changes of a document, to append to, to roll back and to look up in.
//!
//! What is kept of changes lies in parts, each in a file of its own: where they lie on [`chains`],
//! their [`hashes`] and whose they are ([`authors`]), their bodies and what few have beside these,
//! how large ([`sizes`]), which are [`heads`], where [`forks`] are. Of an opened history the
//! [`archive`] has the old ones. [`Store`] keeps the parts in step. [`stored`] goes over changes
//! with all that is kept of them, [`table`] and [`resolve`] turn names in ops into ids, and
//! [`reopening`] makes an outline of a store and a store of one.
//!
//! It may import [`format`](super::format), and knows no service: it does not ask whether a change
//! is signed, or may be appended at all.

pub(crate) mod archive;
pub(crate) mod authors;
pub(crate) mod chains;
pub(crate) mod forks;
pub(crate) mod hashes;
pub(crate) mod heads;
pub(crate) mod refusal;
mod reopening;
pub(crate) mod resolve;
pub(crate) mod shared;
pub(crate) mod sizes;
pub(crate) mod stored;
pub(crate) mod table;

use archive::Archive;
use chains::{Chains, NewChange, Next};
use forks::Forks;
use heads::Heads;
use sizes::Sizes;

use super::format::bodies::Bodies;
use super::format::extras::Extras;
use super::format::genesis::Genesis;
use super::format::header::{Header, canonical_size};
use super::format::numbers::{AuthorIndex, BranchIndex, ChangeIndex, Full};
use super::format::tags::Tags;
use crate::crypto::{Author, ChangeHash, DocumentId};
use crate::sorted::order;

/// Every admitted change of a document.
#[derive(Clone, Debug)]
pub(crate) struct Store {
    pub(crate) document: DocumentId,
    pub(crate) genesis: Option<Genesis>,
    pub(crate) chains: Chains,
    /// The changes that the history was opened with; the bodies and extras are of those after them.
    pub(crate) archive: Archive,
    bodies: Bodies,
    extras: Extras<ChangeIndex>,
    heads: Heads,
    pub(crate) sizes: Sizes,
    pub(crate) forks: Forks,
}

/// A change ready to be appended: everything it refers to is in the store.
pub(crate) struct Admitted<'a> {
    pub(crate) hash: ChangeHash,
    pub(crate) author: AuthorIndex,
    pub(crate) next: Next,
    pub(crate) time: u32,
    /// In ascending order of their hashes, as in the header.
    pub(crate) dependencies: &'a [ChangeIndex],
    pub(crate) tags: Tags,
    pub(crate) body: &'a [u8],
    pub(crate) counters: u32,
}

/// A state of the store to go back to. There can be several, each made after the one before.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) changes: ChangeIndex,
    heads: usize,
    highest_time: u32,
    authors: u32,
    had_genesis: bool,
}

/// Looking up.
impl Store {
    /// An empty store of a document.
    pub(crate) fn new(document: DocumentId) -> Self {
        Self {
            document,
            genesis: None,
            chains: Chains::default(),
            archive: Archive::default(),
            bodies: Bodies::default(),
            extras: Extras::default(),
            heads: Heads::default(),
            sizes: Sizes::default(),
            forks: Forks::default(),
        }
    }

    /// The changes that no other one depends on, ascending by hash.
    pub(crate) fn heads(&self) -> Vec<ChangeHash> {
        let mut heads: Vec<_> = self.head_indexes().map(|head| self.chains.hash_of(head)).collect();
        order::sort(&mut heads);
        heads
    }

    /// The changes that no other one depends on, in order of admission.
    pub(crate) fn head_indexes(&self) -> impl Iterator<Item = ChangeIndex> {
        self.heads.of(self.chains.len())
    }

    pub(crate) fn index_of(&self, change: &ChangeHash) -> Option<ChangeIndex> {
        self.chains.index_of(change)
    }

    /// The place of the first of some changes, from one on, that is not here.
    pub(crate) fn first_missing(&self, hashes: &[ChangeHash], from: usize) -> Option<usize> {
        let is_missing = |place: &usize| {
            #[cfg(test)]
            crate::steps::count();
            self.index_of(&hashes[*place]).is_none()
        };
        (from..hashes.len()).find(is_missing)
    }

    pub(crate) fn author(&self, number: AuthorIndex) -> Author {
        self.chains.authors.get(number)
    }

    /// The author with a key, if it is known and so has been checked.
    pub(crate) fn checked_key(&self, key: &[u8; 32]) -> Option<Author> {
        let founder = self.genesis.as_ref().map(Genesis::founder);
        let founder = founder.filter(|founder| founder.as_bytes() == key);
        founder.or_else(|| self.chains.authors.with_key(key))
    }

    /// Whether no change of an author follows a change, or begins a chain.
    pub(crate) fn ends_with(&self, author: &Author, prev: Option<ChangeIndex>) -> bool {
        let after = |author| self.chains.first_after(author, prev);
        self.chains.authors.find(author).and_then(after).is_none()
    }

    /// The change of an author that its next one follows: the last one of its longest chain.
    pub(crate) fn tip_of_author(&self, author: &Author) -> Option<ChangeIndex> {
        let tips = self.chains.tips_of_author(self.chains.authors.find(author)?);
        tips.max_by_key(|tip| (self.chains.seq_of(*tip), self.chains.hash_of(*tip)))
    }

    /// The branch on which all changes of an author lie; `None` if there are none, or its chain
    /// forks. O(log n).
    pub(crate) fn unforked(&self, author: &Author) -> Option<BranchIndex> {
        let author = self.chains.authors.find(author)?;
        if self.forks.has(author) { None } else { self.chains.root(author) }
    }

    /// What a change depends on beside its predecessor, in ascending order of hashes.
    pub(crate) fn dependencies(&self, change: ChangeIndex) -> &[ChangeIndex] {
        self.extras(change).dependencies(change)
    }

    pub(crate) fn tags(&self, change: ChangeIndex) -> &Tags {
        self.extras(change).tags(change)
    }

    /// The dependencies and the tags of a change.
    pub(crate) fn beside(&self, change: ChangeIndex) -> (&[ChangeIndex], &Tags) {
        let extras = self.extras(change);
        (extras.dependencies(change), extras.tags(change))
    }

    fn extras(&self, change: ChangeIndex) -> &Extras<ChangeIndex> {
        if change < self.archive.len() { self.archive.extras(change) } else { &self.extras }
    }

    /// The changes that one depends on directly.
    pub(crate) fn below(&self, change: ChangeIndex) -> impl Iterator<Item = ChangeIndex> {
        self.chains.prev_of(change).into_iter().chain(self.dependencies(change).iter().copied())
    }

    pub(crate) fn author_of(&self, change: ChangeIndex) -> Author {
        self.author(self.author_number_of(change))
    }

    /// The number of the author of a change.
    pub(crate) fn author_number_of(&self, change: ChangeIndex) -> AuthorIndex {
        self.chains.author_of(self.chains.branch_of(change))
    }

    pub(crate) fn body(&self, change: ChangeIndex) -> &[u8] {
        match change.checked_sub(self.archive.len()) {
            Some(place) => self.bodies.get(place),
            None => self.archive.body(change),
        }
    }

    /// The canonical bytes of a change.
    pub(crate) fn bytes_of(&self, change: ChangeIndex) -> usize {
        canonical_size(self.below(change).count(), self.tags(change), self.body(change))
    }

    /// The header of a change, rebuilt; its author is left out.
    pub(crate) fn header(&self, change: ChangeIndex) -> Header {
        let hash = |below: &ChangeIndex| self.chains.hash_of(*below);
        Header {
            seq: self.chains.seq_of(change),
            prev: self.chains.prev_of(change).as_ref().map(hash),
            dependencies: self.dependencies(change).iter().map(hash).collect(),
            tags: self.tags(change).clone(),
        }
    }

    /// 1 + the highest time of what a change depends on.
    pub(crate) fn time_after(&self, next: Next, others: &[ChangeIndex]) -> u32 {
        let times = others.iter().map(|change| self.chains.time_of(*change));
        times.fold(next.after, u32::max).saturating_add(1)
    }
}

/// Appending and rolling back.
impl Store {
    /// The number of an author; given to it if it has none.
    pub(crate) fn number_author(&mut self, author: &Author) -> Result<AuthorIndex, Full> {
        if let Some(number) = self.chains.authors.find(author) {
            return Ok(number);
        }
        self.sizes.open()?;
        self.chains.authors.push(*author)
    }

    /// Refuses if no further change can be numbered.
    pub(crate) fn check_room(&self) -> Result<(), Full> {
        self.chains.check_room()
    }

    /// Makes room for so many changes, the bodies of which take so many bytes.
    pub(crate) fn reserve(&mut self, changes: usize, bytes: usize) {
        self.chains.reserve(changes);
        self.bodies.reserve(changes, bytes);
    }

    /// Appends a change. Its ops have not been checked against its table yet.
    ///
    /// # Errors
    /// [`Full`] if there are as many as can be numbered. The change has not been appended then.
    pub(crate) fn append(&mut self, change: Admitted<'_>) -> Result<ChangeIndex, Full> {
        let index = self.chains.len();
        let Admitted { hash, author, next, time, counters, dependencies, .. } = change;
        let first = if next.opens { self.chains.first_after(author, next.prev) } else { None };
        self.chains.append(&NewChange { hash, author, next, time, counters })?;
        if let Some(first) = first {
            self.forks.note(first, author, next.prev, index);
        }
        let references = dependencies.len() + usize::from(next.prev.is_some());
        self.sizes.add(author, canonical_size(references, &change.tags, change.body) as u64);
        self.heads.replace(index, next.prev.iter().chain(dependencies));
        self.bodies.push(change.body);
        self.extras.push(index, dependencies.iter().copied(), change.tags);
        Ok(index)
    }

    pub(crate) fn mark(&self) -> Mark {
        Mark {
            changes: self.chains.len(),
            heads: self.heads.mark(),
            highest_time: self.chains.highest_time(),
            authors: self.chains.authors.count(),
            had_genesis: self.genesis.is_some(),
        }
    }

    /// Gives up going back to any mark.
    pub(crate) fn forget_mark(&mut self) {
        self.heads.forget_mark();
    }

    /// Forgets everything appended since a mark, newest first, and the marks made since. Costs what
    /// was appended.
    pub(crate) fn roll_back(&mut self, mark: Mark) {
        while self.chains.len() > mark.changes {
            #[cfg(test)]
            crate::steps::count();
            let index = self.chains.len() - 1;
            let author = self.author_number_of(index);
            self.sizes.take_back(author, self.bytes_of(index) as u64);
            self.forks.forget(author, self.chains.prev_of(index), index);
            self.extras.pop(index);
            self.bodies.pop();
            self.chains.pop();
        }
        self.heads.roll_back(mark.heads, mark.changes);
        self.chains.set_highest_time(mark.highest_time);
        self.chains.authors.truncate(mark.authors);
        self.sizes.truncate(mark.authors);
        if !mark.had_genesis {
            self.genesis = None;
        }
    }
}
