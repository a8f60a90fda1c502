//! Very many documents at once.
//!
//! A side that follows a set of documents says a hash of their ids, and a sketch of what they are:
//! of each document eight bytes for its id and its heads. The other side may know the set from an
//! earlier connection; otherwise it asks for the ids. It takes as much of the sketch as it needs,
//! and states the heads of those documents that are not the same, each as if it had been opened by
//! itself. What is left is settled, and costs neither side more than a few bytes until something
//! moves.
//!
//! If the sets differ in too much for a sketch, the eight bytes of every document are said instead.
//! That both mean the same by what is left shows in eight bytes for all of it together. If they do
//! not, each document is opened by itself.
//!
//! What stands for a document is hashed with what both sides have chosen for this connection. So
//! two versions look alike once in 2^64 connections, whoever made them.

mod served;

pub(super) use served::{Reply, Served};

use std::sync::Arc;

use crdt_core::sorted::SortedSet;
use crdt_core::{ChangeHash, DocumentId, History};
use sha2::{Digest as _, Sha256};

use super::digest::{Salt, Sum};
use super::frame::{Digest, Refused};
use crate::sketch::{Item, SYMBOL_BYTES, Sketch};

/// How many documents the host is asked about at once.
const CHUNK: usize = 1024;
/// Symbols that are sent first: enough for some 24 items, and two are of a document that changed.
/// Each time that more are asked for there are as many more as there have been.
const FIRST: usize = 48;
/// Ids and digests that are sent in one message.
const IDS: usize = 512;

/// What the host says of a document of a set, or why it is not served.
pub type Member = Result<Held, Refused>;

/// What is durable of a document, as far as two replicas of it are compared.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Held {
    /// Its heads, ascending.
    pub heads: Vec<ChangeHash>,
    /// Whether its record is here.
    pub genesis: bool,
}

impl Held {
    /// That of a history.
    pub fn of(history: &History) -> Self {
        Self { heads: history.heads().into(), genesis: history.genesis().is_some() }
    }
}

/// A set of documents, and what is known of each.
#[derive(Debug)]
pub(super) struct Set {
    /// By which numbers they go: this one and every second one after it, in ascending order of ids.
    pub(super) first: u64,
    pub(super) documents: Arc<[DocumentId]>,
    /// Eight bytes for the heads of each that has no channel of its own, and for it and its heads.
    digests: Vec<Option<(Digest, Digest)>>,
    /// Eight bytes for all of those together.
    summary: Sum,
    salt: Salt,
    /// Which of them the host is asked about next, and how many answers are missing.
    next: usize,
    missing: usize,
    /// Whether both sides have the same of those that have no channel of their own.
    pub(super) is_settled: bool,
}

impl Set {
    pub(super) fn new(first: u64, documents: Arc<[DocumentId]>, salt: Salt) -> Self {
        let (digests, missing) = (vec![None; documents.len()], documents.len());
        let summary = Sum::default();
        Self { first, documents, digests, summary, salt, next: 0, missing, is_settled: false }
    }

    /// A hash of the ids.
    pub(super) fn hash(documents: &[DocumentId]) -> [u8; 32] {
        let mut hasher = Sha256::new_with_prefix(b"crdt-sync set of documents");
        for document in documents {
            hasher.update(document.as_bytes());
        }
        hasher.finalize().into()
    }

    pub(super) fn place(&self, document: &DocumentId) -> Option<usize> {
        self.documents.binary_search(document).ok()
    }

    pub(super) fn handle(&self, place: usize) -> u64 {
        self.first + 2 * place as u64
    }

    pub(super) fn document_of(&self, handle: u64) -> Option<DocumentId> {
        let distance =
            handle.checked_sub(self.first).filter(|distance| distance.is_multiple_of(2))?;
        self.documents.get(usize::try_from(distance / 2).ok()?).copied()
    }

    /// The next documents to ask the host about, and where they begin.
    pub(super) fn ask(&mut self) -> Option<(usize, Vec<DocumentId>)> {
        let first = self.next;
        self.next = self.documents.len().min(first + CHUNK);
        let chunk = self.documents[first..self.next].to_vec();
        (!chunk.is_empty()).then_some((first, chunk))
    }

    /// Takes what the host says of some, and gives those that are refused.
    pub(super) fn answer(&mut self, first: usize, members: &[Member]) -> Vec<(u64, Refused)> {
        let mut refused = Vec::new();
        for (place, member) in (first..self.documents.len()).zip(members).take(CHUNK) {
            self.missing = self.missing.saturating_sub(1);
            match member {
                // Without the record of the document nothing is taken to be equal.
                Ok(Held { genesis: false, .. }) => {}
                Ok(held) => self.set(place, Some(self.salt.heads(&held.heads))),
                Err(reason) => refused.push((self.handle(place), *reason)),
            }
        }
        refused
    }

    /// Goes on with some of the documents alone, before any of them goes by its number.
    fn retain(&mut self, is_kept: impl Fn(&DocumentId) -> bool) {
        let all = self.documents.iter().zip(&self.digests);
        let kept = all.filter(|(document, _)| is_kept(document));
        let (documents, digests): (Vec<DocumentId>, Vec<Option<(Digest, Digest)>>) = kept.unzip();
        self.summary = Sum::default();
        digests.iter().flatten().for_each(|(_, one)| self.summary.add(*one));
        self.next = documents.len();
        (self.documents, self.digests) = (documents.into(), digests);
    }

    /// Whether the host has said of all what they are.
    pub(super) fn is_known(&self) -> bool {
        self.missing == 0
    }

    fn set(&mut self, place: usize, digest: Option<Digest>) {
        let document = &self.documents[place];
        let both = digest.map(|heads| (heads, self.salt.document(document, heads)));
        let before = core::mem::replace(&mut self.digests[place], both);
        if let Some((_, one)) = before {
            self.summary.take(one);
        }
        if let Some((_, one)) = both {
            self.summary.add(one);
        }
    }

    /// Takes out a document that gets a channel of its own, and gives eight bytes for its heads.
    pub(super) fn take_out(&mut self, document: &DocumentId) -> Option<Digest> {
        let place = self.place(document)?;
        let digest = self.digests[place].map(|(heads, _)| heads);
        self.set(place, None);
        digest
    }

    /// Eight bytes for all that have no channel of their own.
    pub(super) const fn summary(&self) -> Sum {
        self.summary
    }

    /// Those that have no channel of their own.
    pub(super) fn idle(&self) -> impl Iterator<Item = DocumentId> {
        let all = self.documents.iter().zip(&self.digests);
        all.filter(|(_, digest)| digest.is_some()).map(|(document, _)| *document)
    }

    /// Whether a document has no channel of its own.
    pub(super) fn is_idle(&self, document: &DocumentId) -> bool {
        self.place(document).is_some_and(|place| self.digests[place].is_some())
    }

    /// What stands for each document, with its place.
    fn items(&self) -> impl Iterator<Item = (Item, usize)> {
        let items = self.digests.iter().enumerate();
        items.filter_map(|(place, digests)| Some((Item::from_bytes(digests.as_ref()?.1), place)))
    }
}

/// The set that this side follows.
#[derive(Debug)]
pub(super) struct Followed {
    pub(super) set: Set,
    sketch: Option<Sketch>,
    sent: usize,
    pub(super) due: Option<Say>,
    is_said: bool,
    /// Which of the documents the other side may not have, until those are chosen that it is told
    /// of.
    hidden: SortedSet<DocumentId>,
    pub(super) is_chosen: bool,
    /// Whether anything has come since the last ping.
    pub(super) has_moved: bool,
}

/// What is to be said of the set that this side follows.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Say {
    /// Its hash and the first symbols.
    Set,
    /// More symbols.
    Symbols,
    /// The ids from one on.
    Ids(usize),
    /// The digests from one on.
    Digests(usize),
}

/// A part of what is said of a set.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(super) enum Said {
    Set { first: u64, count: u64, hash: [u8; 32], symbols: Vec<u8> },
    Symbols(usize, Vec<u8>),
    Ids(usize, Vec<DocumentId>),
    Digests(usize, Vec<Digest>),
}

impl Followed {
    pub(super) fn new(set: Set) -> Self {
        Self {
            set,
            sketch: None,
            sent: 0,
            due: None,
            is_said: false,
            hidden: SortedSet::new(),
            is_chosen: false,
            has_moved: true,
        }
    }

    /// Takes what the host says of some.
    pub(super) fn answer(&mut self, first: usize, members: Vec<Member>) {
        let asked = self.set.documents[first..].iter().zip(&members);
        let hidden = asked.filter(|(_, member)| **member == Err(Refused::Forbidden));
        self.hidden.extend(hidden.map(|(document, _)| *document));
        // What is not here is as if it were empty.
        let members: Vec<_> = members.into_iter().map(|one| Ok(one.unwrap_or_default())).collect();
        self.set.answer(first, &members);
    }

    /// Chooses the documents that the other side is told of, once all is known: those that it may
    /// have, and that still go by the set here. What is said of it is of these alone.
    pub(super) fn choose(&mut self, is_of_set: impl Fn(&DocumentId) -> bool) {
        self.is_chosen = true;
        let hidden = core::mem::take(&mut self.hidden);
        self.set.retain(|document| !hidden.contains(document) && is_of_set(document));
        if self.set.documents.is_empty() {
            (self.is_said, self.set.is_settled) = (true, true);
        }
    }

    /// Has it be said, once all is known.
    pub(super) fn begin(&mut self) {
        if self.set.is_known() && !self.is_said {
            (self.is_said, self.due) = (true, Some(Say::Set));
        }
    }

    /// Looks, at a ping, whether it is stuck, and says it anew then.
    pub(super) fn tick(&mut self) {
        let has_moved = core::mem::take(&mut self.has_moved);
        if self.is_said && !has_moved && !self.set.is_settled {
            (self.is_said, self.sent) = (false, 0);
            self.begin();
        }
    }

    /// Says the next part of what is due.
    pub(super) fn say(&mut self) -> Option<Said> {
        let documents = &self.set.documents;
        match self.due.take()? {
            Say::Set => {
                let (first, count) = (self.set.first, documents.len() as u64);
                let hash = Set::hash(documents);
                let items: Vec<Item> = self.set.items().map(|(item, _)| item).collect();
                self.sketch = Sketch::new(items).ok();
                Some(Said::Set { first, count, hash, symbols: self.symbols() })
            }
            Say::Symbols => Some(Said::Symbols(self.sent, self.symbols())),
            Say::Ids(from) => {
                let end = documents.len().min(from + IDS);
                self.due = (end < documents.len()).then_some(Say::Ids(end));
                Some(Said::Ids(from, documents[from..end].to_vec()))
            }
            Say::Digests(from) => {
                let end = documents.len().min(from + IDS);
                self.due = (end < documents.len()).then_some(Say::Digests(end));
                let digests = self.set.digests[from..end].iter();
                Some(Said::Digests(
                    from,
                    digests.map(|digests| digests.unwrap_or_default().0).collect(),
                ))
            }
        }
    }

    fn symbols(&mut self) -> Vec<u8> {
        let count = self.sent.max(FIRST);
        let symbols = self.sketch.as_mut().map(|sketch| sketch.symbols(count)).unwrap_or_default();
        self.sent += symbols.len() / SYMBOL_BYTES;
        symbols
    }
}
