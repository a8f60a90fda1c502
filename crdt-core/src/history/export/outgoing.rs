//! Changes of a store as a bundle.

use thiserror::Error;

use crate::codec::DecodeError;
use crate::crypto::{Author, ChangeHash, Signature};
use crate::history::format::bundle::{BundleWriter, Form, Frame, Leaving, Reference};
use crate::history::format::genesis::Genesis;
use crate::history::format::numbers::{BranchIndex, ChangeIndex, MemberIndex, Number as _};
use crate::history::format::totals::Totals;
use crate::history::store::Store;
use crate::history::store::archive::UNKNOWN;
use crate::sorted::order;
use crate::sorted::{SortedMap, SortedSet};

/// From so many canonical bytes on, changes are written as columns.
const MANY: usize = 512;

/// The store contradicts itself, to which only a file leads that was trusted and should not have
/// been.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("the changes of a saved file contradict each other")]
pub(crate) struct Contradiction;

impl From<DecodeError> for Contradiction {
    fn from(_: DecodeError) -> Self {
        Self
    }
}

/// Changes of a store on their way out.
pub(crate) struct Outgoing<'a> {
    store: &'a Store,
    /// In ascending order, which is topological.
    members: &'a [ChangeIndex],
    authors: Vec<Author>,
    /// Changes outside that members name, ascending by their hashes.
    outside: Vec<(ChangeHash, ChangeIndex)>,
    /// The record of the document, if the bundle is to have it.
    genesis: Option<&'a Genesis>,
    /// The canonical bytes of all members.
    bytes: usize,
}

impl<'a> Outgoing<'a> {
    /// Changes given in ascending order. Refuses if a saved history does not hold what it says, so
    /// that something is not known of them.
    pub(crate) fn new(store: &'a Store, members: &'a [ChangeIndex]) -> Result<Self, Contradiction> {
        if !store.archive.unpacks(members) {
            return Err(Contradiction);
        }
        let (authors, outside) = (Vec::new(), Vec::new());
        let genesis = store.genesis.as_ref();
        let mut outgoing = Self { store, members, authors, outside, genesis, bytes: 0 };
        let mut authors = SortedSet::new();
        let mut outside = SortedSet::new();
        let mut last = None;
        for member in store.stored(members.iter().copied()) {
            if last.replace(member.branch) != Some(member.branch) {
                authors.insert(store.author(store.chains.author_of(member.branch)));
            }
            outside.extend(member.below().filter(|below| outgoing.place(*below).is_none()));
            outgoing.bytes += member.bytes();
        }
        outgoing.authors = authors.into_iter().collect();
        let hashed = |below| (store.chains.hash_of(below), below);
        outgoing.outside = outside.into_iter().map(hashed).collect();
        order::sort(&mut outgoing.outside);
        let known = outgoing.outside.first().is_none_or(|(hash, _)| *hash != UNKNOWN);
        if known { Ok(outgoing) } else { Err(Contradiction) }
    }

    /// The same for one who has the record of the document.
    pub(crate) fn without_genesis(self) -> Self {
        Self { genesis: None, ..self }
    }

    /// Those outside, in the order in which the bundle lists them.
    pub(crate) fn outside(&self) -> Box<[ChangeIndex]> {
        self.outside.iter().map(|(_, change)| *change).collect()
    }

    /// The bundle, with the signatures of some of its members, in columns if there is enough for
    /// them to be shorter, and not so much alike that a bundle may not be as dense; else in rows.
    pub(crate) fn write_densely(
        &self,
        signatures: &SortedMap<ChangeIndex, Signature>,
    ) -> Result<Vec<u8>, Contradiction> {
        if self.bytes >= MANY {
            let columns = self.write(Form::Columns, signatures)?;
            if Totals::fits(self.bytes, columns.len()) {
                return Ok(columns);
            }
        }
        self.write(Form::Rows, signatures)
    }

    pub(crate) fn write(
        &self,
        form: Form,
        signatures: &SortedMap<ChangeIndex, Signature>,
    ) -> Result<Vec<u8>, Contradiction> {
        let mut writer = BundleWriter::new(form);
        let mut author: Option<(BranchIndex, usize)> = None;
        let mut dependencies = Vec::new();
        for member in self.store.stored(self.members.iter().copied()) {
            let known = author.filter(|(branch, _)| *branch == member.branch);
            let (_, place) = match known {
                Some(known) => known,
                None => *author.insert((member.branch, self.author_of(member.branch)?)),
            };
            dependencies.clear();
            for below in member.dependencies {
                dependencies.push(self.reference(*below)?);
            }
            writer.push(&Leaving {
                author: place,
                seq: member.seq,
                start: member.start,
                prev: member.prev.map(|prev| self.reference(prev)).transpose()?,
                dependencies: &dependencies,
                tags: member.tags,
                body: member.body,
            })?;
        }
        let outside: Vec<ChangeHash> = self.outside.iter().map(|(hash, _)| *hash).collect();
        let signed = signatures.iter();
        let signed = signed.filter_map(|(change, by)| Some((self.place(*change)?, *by)));
        let signatures: Vec<(MemberIndex, Signature)> = signed.collect();
        Ok(writer.finish(&Frame {
            document: self.store.document,
            genesis: self.genesis,
            authors: &self.authors,
            outside: &outside,
            changes: self.members.len(),
            bytes: self.bytes,
            signatures: &signatures,
        }))
    }

    /// The place of a change among the members. Most often they are without gaps.
    fn place(&self, change: ChangeIndex) -> Option<MemberIndex> {
        let first = *self.members.first()?;
        let near = change.checked_sub(first)?;
        let place = match self.members.get(near as usize) {
            Some(found) if *found == change => near,
            _ => u32::try_from(self.members.binary_search(&change).ok()?).ok()?,
        };
        Some(MemberIndex::new(place))
    }

    /// The place of the author of a branch in the list.
    fn author_of(&self, branch: BranchIndex) -> Result<usize, Contradiction> {
        let author = self.store.author(self.store.chains.author_of(branch));
        self.authors.binary_search(&author).map_err(|_| Contradiction)
    }

    /// Where a change is that a member follows or depends on.
    fn reference(&self, below: ChangeIndex) -> Result<Reference, Contradiction> {
        let inside = self.place(below).map(Reference::Member);
        inside.or_else(|| self.reference_outside(below)).ok_or(Contradiction)
    }

    fn reference_outside(&self, below: ChangeIndex) -> Option<Reference> {
        let hash = self.store.chains.hash_of(below);
        let place = self.outside.binary_search(&(hash, below)).ok()?;
        u32::try_from(place).ok().map(Reference::Outside)
    }
}
