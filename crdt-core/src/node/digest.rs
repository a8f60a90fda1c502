use sha2::{Digest as _, Sha256};

use super::NodeState;
use super::entry::Entry;
use super::versions::Versions;
use crate::codec::write;
use crate::crypto::{Digest, domain};
use crate::history::Chains;
use crate::op::{Id, IdRange, Key};
use crate::sorted::order;

/// Hashes the state of a document: ids by their global names, everything in an order that is the
/// same on every replica, every part with its length so that no two states feed the same bytes.
pub struct DigestWriter<'a> {
    chains: &'a Chains,
    hasher: Sha256,
    /// What stands at the beginning of the parts that are open and in which nothing has been found
    /// yet. It is fed when something is, and a part that is closed before is not there. So nobody
    /// has to ask of each part whether it is blank, which is to walk all that lies in it.
    waiting: Vec<u8>,
    /// Where each of these parts begins in what waits.
    starts: Vec<usize>,
}

impl core::fmt::Debug for DigestWriter<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("DigestWriter").finish_non_exhaustive()
    }
}

/// What the next part of a state is.
#[derive(Clone, Copy)]
enum Part {
    End = 0,
    Field = 1,
    Variant = 2,
    Key = 3,
    Elements = 4,
    Deleted = 5,
    Versions = 6,
    Adds = 7,
    Kind = 8,
    Unknown = 9,
    Moved = 10,
    Void = 11,
}

impl<'a> DigestWriter<'a> {
    pub(crate) fn new(chains: &'a Chains) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(domain::STATE);
        Self { chains, hasher, waiting: Vec::new(), starts: Vec::new() }
    }

    pub(crate) fn finish(self) -> Digest {
        Digest(self.hasher.finalize().into())
    }

    /// How ops are named and ordered.
    pub(super) fn chains(&self) -> &'a Chains {
        self.chains
    }

    /// A field of a struct; nothing if it is blank.
    pub fn field(&mut self, name: &str, state: &dyn NodeState) {
        self.named(Part::Field, name.as_bytes(), state);
    }

    /// The payload of a variant of an enum; nothing if it is blank.
    pub fn variant(&mut self, name: &str, state: &dyn NodeState) {
        self.named(Part::Variant, name.as_bytes(), state);
    }

    /// What a node of unknown type is as one kind of node; nothing if it is blank.
    pub(super) fn kind(&mut self, name: &str, state: &dyn NodeState) {
        self.named(Part::Kind, name.as_bytes(), state);
    }

    /// What came to a place and does not fit; nothing if that is blank.
    pub(super) fn unknown(&mut self, state: &dyn NodeState) {
        self.named(Part::Unknown, &[], state);
    }

    fn named(&mut self, part: Part, name: &[u8], state: &dyn NodeState) {
        self.open(part, name);
        state.digest(self);
        self.close();
    }

    /// An entry of a map; nothing if it is blank.
    pub(super) fn entry<S: NodeState>(&mut self, key: Key<'_>, entry: &Entry<S>) {
        self.open_key(key);
        entry.digest(self);
        self.close();
    }

    fn open_key(&mut self, key: Key<'_>) {
        let mut bytes = Vec::new();
        match key {
            Key::Bool(bool) => bytes.push(u8::from(bool)),
            Key::Integer(integer) => {
                bytes.push(2);
                bytes.extend_from_slice(&integer.to_le_bytes());
            }
            Key::Text(text) => {
                bytes.push(3);
                bytes.extend_from_slice(text.as_bytes());
            }
            Key::Bytes(key) => {
                bytes.push(4);
                bytes.extend_from_slice(&key);
            }
        }
        self.open(Part::Key, &bytes);
    }

    /// The end of an element of a list, which is there whatever it holds.
    pub(super) fn end(&mut self) {
        self.part(Part::End, &[]);
    }

    /// The elements of a list in order, in ranges that may be cut anywhere.
    pub(super) fn runs(&mut self, runs: impl Iterator<Item = (IdRange, bool)>) {
        let mut last: Option<(IdRange, bool)> = None;
        for (run, deleted) in runs {
            match &mut last {
                Some((range, was_deleted))
                    if range.chain == run.chain
                        && range.end == run.start
                        && *was_deleted == deleted =>
                {
                    range.end = run.end;
                }
                _ => {
                    if let Some((range, deleted)) = last.replace((run, deleted)) {
                        self.elements(range, deleted);
                    }
                }
            }
        }
        if let Some((range, deleted)) = last {
            self.elements(range, deleted);
        }
    }

    /// A place that a move made for an element that is visible.
    pub(super) fn moved(&mut self, (place, element, void): (Id, Id, bool)) {
        let mut bytes = self.name(place);
        bytes.extend_from_slice(&self.name(element));
        self.part(if void { Part::Void } else { Part::Moved }, &bytes);
    }

    /// Elements that lie one after the other on a chain.
    fn elements(&mut self, range: IdRange, deleted: bool) {
        let part = if deleted { Part::Deleted } else { Part::Elements };
        let mut id = Id { chain: range.chain, counter: range.start };
        while id.counter < range.end {
            let mut bytes = self.name(id);
            // Chains are cut into branches, and these into changes: the same everywhere per change.
            let end = self.chains.end_of_change_at(id).min(range.end);
            write::varint(&mut bytes, u64::from(end - id.counter));
            self.part(part, &bytes);
            id.counter = end;
        }
    }

    /// A text as it reads, after the runs of it: with none it is blank, and then it alone makes no
    /// part around it one that holds something.
    pub(super) fn text(&mut self, text: &str) {
        if text.is_empty() && !self.starts.is_empty() {
            self.wait(Part::Elements, &[]);
        } else {
            self.part(Part::Elements, text.as_bytes());
        }
    }

    /// Values that stand side by side, the highest op's first, and whether each fits. What was
    /// written follows from the name of the op; to encode it again would not always give the same
    /// bytes, since a `HashSet` comes in any order.
    pub(super) fn versions<V>(&mut self, versions: &Versions<V>) {
        let standing =
            versions.iter().map(|version| (version.id, version.of, version.value.is_ok()));
        self.standing(standing.collect());
    }

    fn standing(&mut self, mut versions: Vec<(Id, Option<Id>, bool)>) {
        order::sort_by(&mut versions, |a, b| self.chains.op_order(b.0, a.0));
        for (id, of, fits) in versions {
            let mut bytes = self.name(id);
            bytes.push(u8::from(fits));
            bytes.extend(of.into_iter().flat_map(|of| self.name(of)));
            self.part(Part::Versions, &bytes);
        }
    }

    /// What was added to a counter and stands.
    pub(super) fn adds(&mut self, adds: impl Iterator<Item = (Id, i64)>) {
        let mut all: Vec<_> = adds.collect();
        order::sort_by(&mut all, |a, b| self.chains.op_order(a.0, b.0));
        for (id, delta) in all {
            let mut bytes = self.name(id);
            bytes.extend_from_slice(&delta.to_le_bytes());
            self.part(Part::Adds, &bytes);
        }
    }

    fn name(&self, id: Id) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(48);
        if let Some((change, offset)) = self.chains.global_name(id) {
            bytes.extend_from_slice(change.as_bytes());
            write::varint(&mut bytes, u64::from(offset));
        }
        bytes
    }

    /// Begins a part that is there if something is found before it is closed.
    fn open(&mut self, part: Part, name: &[u8]) {
        self.starts.push(self.waiting.len());
        self.wait(part, name);
    }

    /// Ends the part that was opened last of those that are open.
    fn close(&mut self) {
        // Those that wait were opened after all others.
        match self.starts.pop() {
            Some(start) => self.waiting.truncate(start),
            None => self.part(Part::End, &[]),
        }
    }

    fn wait(&mut self, part: Part, bytes: &[u8]) {
        self.waiting.push(part as u8);
        write::bytes(&mut self.waiting, bytes);
    }

    /// Feeds something that was found.
    fn part(&mut self, part: Part, bytes: &[u8]) {
        self.starts.clear();
        self.waiting.push(part as u8);
        write::length(&mut self.waiting, bytes.len());
        self.hasher.update(&self.waiting);
        self.waiting.clear();
        self.hasher.update(bytes);
    }
}
