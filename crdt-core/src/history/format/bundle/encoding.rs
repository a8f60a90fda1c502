//! Writing bundles of changes of a history.

use std::collections::{BTreeMap, BTreeSet};

use super::{COLUMNS, MAGIC, ROWS, Reference, Totals, canonical_size, columns, rows};
use crate::codec::write;
use crate::crypto::{Author, ChangeHash, Signature};
use crate::history::History;
use crate::history::store::archive::UNKNOWN;
use crate::history::store::chains::ChangeIndex;
use crate::history::store::stored::Stored;

/// From so many canonical bytes on, changes are written as columns.
const MANY: usize = 512;

/// Changes of a history on their way out.
pub(crate) struct Outgoing<'a> {
    pub(crate) history: &'a History,
    /// In ascending order, which is topological.
    members: &'a [ChangeIndex],
    authors: Vec<Author>,
    /// Changes outside that members name, ascending by their hashes.
    outside: Vec<(ChangeHash, ChangeIndex)>,
    /// The canonical bytes of all members.
    bytes: usize,
}

/// Writes a bundle of changes, given in ascending order, with the signatures of some of them.
/// `None` if the history contradicts itself, to which only a file leads that was trusted and should
/// not have been.
pub(crate) fn write_bundle(
    history: &History,
    members: &[ChangeIndex],
    signatures: &BTreeMap<ChangeIndex, Signature>,
) -> Option<Vec<u8>> {
    let outgoing = Outgoing::new(history, members);
    let bundle = outgoing.and_then(|outgoing| outgoing.write_densely(signatures));
    if bundle.is_none() {
        tracing::error!(changes = members.len(), "changes that contradict each other stay here");
    }
    bundle
}

/// Writes a bundle of changes without signatures, and says which changes those are that lie outside
/// of it, in the order in which it lists them. `None` as of [`write_bundle`].
pub(crate) fn write_pack(
    history: &History,
    members: &[ChangeIndex],
) -> Option<(Box<[ChangeIndex]>, Vec<u8>)> {
    let outgoing = Outgoing::new(history, members)?;
    let outside = outgoing.outside.iter().map(|(_, change)| *change).collect();
    Some((outside, outgoing.write_densely(&BTreeMap::new())?))
}

impl Stored<'_> {
    /// The canonical bytes of a change, as bundles count them.
    pub(crate) fn bytes(&self) -> usize {
        canonical_size(self.below().count(), self.tags, self.body)
    }
}

impl<'a> Outgoing<'a> {
    /// `None` if a saved history does not hold what it says, so that something is not known of them.
    pub(crate) fn new(history: &'a History, members: &'a [ChangeIndex]) -> Option<Self> {
        if !history.archive.unpacks(members) {
            return None;
        }
        let (authors, outside) = (Vec::new(), Vec::new());
        let mut outgoing = Self { history, members, authors, outside, bytes: 0 };
        let mut segments = BTreeSet::new();
        let mut outside = BTreeSet::new();
        let mut last = None;
        for member in history.stored(members.iter().copied()) {
            if last.replace(member.segment) != Some(member.segment) {
                segments.insert(member.segment);
            }
            outside.extend(member.below().filter(|below| outgoing.place(*below).is_none()));
            outgoing.bytes += member.bytes();
        }
        let author = |segment| history.author(history.chains.author_of(segment));
        let authors: BTreeSet<Author> = segments.into_iter().map(author).collect();
        outgoing.authors = authors.into_iter().collect();
        let hashed = |below| (history.chains.hash_of(below), below);
        outgoing.outside = outside.into_iter().map(hashed).collect();
        outgoing.outside.sort_unstable();
        let known = outgoing.outside.first().is_none_or(|(hash, _)| *hash != UNKNOWN);
        known.then_some(outgoing)
    }

    /// The bundle in columns if there is enough for them to be shorter, and not so much alike that a
    /// bundle may not be as dense; else in rows.
    pub(crate) fn write_densely(
        &self,
        signatures: &BTreeMap<ChangeIndex, Signature>,
    ) -> Option<Vec<u8>> {
        if self.bytes >= MANY {
            let columns = self.write(COLUMNS, signatures)?;
            if self.totals(0).fits(columns.len()) {
                return Some(columns);
            }
        }
        self.write(ROWS, signatures)
    }

    fn totals(&self, ops: usize) -> Totals {
        Totals { changes: self.members.len(), ops, bytes: self.bytes }
    }

    pub(crate) fn write(
        &self,
        form: u8,
        signatures: &BTreeMap<ChangeIndex, Signature>,
    ) -> Option<Vec<u8>> {
        let mut changes = Vec::new();
        let ops = if form == ROWS {
            rows::write(&mut changes, self)?
        } else {
            columns::write(&mut changes, self)?
        };
        let mut out = MAGIC.to_vec();
        out.push(form);
        self.write_document(&mut out);
        self.totals(ops).write(&mut out);
        write::length(&mut out, self.authors.len());
        self.authors.iter().for_each(|author| out.extend_from_slice(author.as_bytes()));
        write::length(&mut out, self.outside.len());
        self.outside.iter().for_each(|(hash, _)| out.extend_from_slice(hash.as_bytes()));
        out.append(&mut changes);
        self.write_signatures(&mut out, signatures);
        Some(out)
    }

    fn write_document(&self, out: &mut Vec<u8>) {
        match self.history.genesis() {
            None => {
                out.push(0);
                out.extend_from_slice(self.history.document().as_bytes());
            }
            Some(genesis) => {
                out.push(1);
                genesis.write(out);
            }
        }
    }

    fn write_signatures(&self, out: &mut Vec<u8>, all: &BTreeMap<ChangeIndex, Signature>) {
        let signed: Vec<(u32, &Signature)> = all
            .iter()
            .filter_map(|(change, signature)| Some((self.place(*change)?, signature)))
            .collect();
        write::length(out, signed.len());
        let mut next = 0;
        for (place, signature) in signed {
            write::varint(out, u64::from(place - next));
            out.extend_from_slice(signature.as_bytes());
            next = place + 1;
        }
    }

    /// The members, each with its place.
    pub(crate) fn members(&self) -> impl Iterator<Item = (u32, Stored<'a>)> + use<'a> {
        (0..).zip(self.history.stored(self.members.iter().copied()))
    }

    /// The place of a change among the members. Most often they are without gaps.
    fn place(&self, change: ChangeIndex) -> Option<u32> {
        let first = *self.members.first()?;
        let near = change.checked_sub(first)?;
        let place = match self.members.get(near as usize) {
            Some(found) if *found == change => near as usize,
            _ => self.members.binary_search(&change).ok()?,
        };
        u32::try_from(place).ok()
    }

    /// The place of a member's author in the list.
    pub(crate) fn author_of(&self, member: &Stored<'_>) -> Option<usize> {
        let author = self.history.author(self.history.chains.author_of(member.segment));
        self.authors.binary_search(&author).ok()
    }

    /// Where a change is that a member follows or depends on.
    pub(crate) fn reference(&self, below: ChangeIndex) -> Option<Reference> {
        let inside = self.place(below).map(Reference::Member);
        inside.or_else(|| self.reference_outside(below))
    }

    fn reference_outside(&self, below: ChangeIndex) -> Option<Reference> {
        let hash = self.history.chains.hash_of(below);
        let place = self.outside.binary_search(&(hash, below)).ok()?;
        u32::try_from(place).ok().map(Reference::Outside)
    }
}
