//! The beginning of a history as it was saved, unpacked when it is first asked for.
//!
//! Whoever opens a document reads it, goes on writing it, and takes in what goes on from what is
//! there; none of that asks for hashes or bodies of old changes. So these stay as they lie in the
//! file, in *packs*: bundles of consecutive changes in order of admission, without signatures.
//!
//! The file is trusted: its checksum has been checked, nothing in it is verified again. A pack that
//! does not unpack all the same was never written by [`save`](crate::Document::save); its changes
//! then have no bodies and hashes of zeros, which no other replica takes.

use std::sync::{Arc, OnceLock};

use super::bundle::{Bundle, Reference, Totals};
use super::chains::ChangeIndex;
use super::extras::Extras;
use super::store::Bodies;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, ChangeHash, DocumentId};

/// Some consecutive changes, packed.
#[derive(Debug)]
pub(super) struct Pack {
    document: DocumentId,
    pub(super) first: ChangeIndex,
    /// How many changes.
    pub(super) count: u32,
    /// Their canonical bytes.
    pub(super) bytes: usize,
    /// What the list of changes outside in the bundle stands for, in its order.
    outside: Box<[ChangeIndex]>,
    bundle: Box<[u8]>,
    contents: OnceLock<Contents>,
}

/// What is in a pack.
#[derive(Debug)]
struct Contents {
    hashes: Vec<ChangeHash>,
    bodies: Bodies,
    extras: Extras<ChangeIndex>,
}

impl Pack {
    /// A pack of changes from `first` on, given the bundle of them and what lies outside of it.
    ///
    /// # Errors
    /// [`DecodeError`] if what the bundle states is not possible.
    pub(super) fn new(
        document: DocumentId,
        first: ChangeIndex,
        outside: Box<[ChangeIndex]>,
        bundle: &[u8],
    ) -> Result<Self, DecodeError> {
        let Totals { changes, bytes, .. } = Bundle::stated(bundle)?;
        let count = u32::try_from(changes).ok().filter(|count| *count > 0);
        let count = count.ok_or(DecodeError::WrongTotals)?;
        first.checked_add(count).ok_or(DecodeError::OverLimit("changes of a history"))?;
        let (bundle, contents) = (bundle.into(), OnceLock::new());
        Ok(Self { document, first, count, bytes, outside, bundle, contents })
    }

    /// Reads the pack of changes from `first` on.
    pub(super) fn read(
        reader: &mut Reader<'_>,
        document: DocumentId,
        first: ChangeIndex,
    ) -> Result<Self, DecodeError> {
        let outside = reader.count(1)?;
        let outside = (0..outside).map(|_| match reader.varint32()? {
            change if change < first => Ok(change),
            _ => Err(DecodeError::DanglingReference),
        });
        let outside = outside.collect::<Result<_, _>>()?;
        Self::new(document, first, outside, reader.bytes()?)
    }

    pub(super) fn write(&self, out: &mut Vec<u8>) {
        write::length(out, self.outside.len());
        self.outside.iter().for_each(|change| write::varint(out, u64::from(*change)));
        write::bytes(out, &self.bundle);
    }

    /// The index after its last change.
    pub(super) fn end(&self) -> ChangeIndex {
        self.first + self.count
    }

    fn contents(&self) -> &Contents {
        self.contents.get_or_init(|| {
            self.unpack().unwrap_or_else(|error| {
                tracing::error!(%error, first = self.first, "a saved pack does not unpack");
                Contents::missing(self.count)
            })
        })
    }

    fn decode(&self) -> Result<Bundle, DecodeError> {
        let bundle = Bundle::decode_trusted(&self.bundle, self.document)?;
        let listed = bundle.outside.len() == self.outside.len();
        if listed { Ok(bundle) } else { Err(DecodeError::WrongTotals) }
    }

    /// Unpacks it at once, since it is not trusted.
    ///
    /// # Errors
    /// [`DecodeError`] if it does not hold what it claims to.
    pub(super) fn check(&self) -> Result<(), DecodeError> {
        let contents = self.unpack()?;
        self.contents.get_or_init(|| contents);
        Ok(())
    }

    fn unpack(&self) -> Result<Contents, DecodeError> {
        let bundle = self.decode()?;
        let mut extras = Extras::default();
        for (index, at) in (self.first..).zip(0..bundle.members.len()) {
            let place = |below: &Reference| match *below {
                Reference::Member(place) => self.first + place,
                Reference::Outside(place) => self.outside[place as usize],
            };
            let dependencies = bundle.dependencies(at).iter().map(place);
            extras.push(index, dependencies, bundle.tags(at).clone());
        }
        let (hashes, bodies) = bundle.into_hashes_and_bodies();
        Ok(Contents { hashes, bodies, extras })
    }
}

impl Contents {
    /// Stands for what cannot be had.
    fn missing(count: u32) -> Self {
        let mut bodies = Bodies::default();
        (0..count).for_each(|_| bodies.push(&[]));
        let hashes = vec![ChangeHash([0; 32]); count as usize];
        Self { hashes, bodies, extras: Extras::default() }
    }
}

/// Packs that follow on each other from the first change on.
#[derive(Clone, Debug, Default)]
pub(super) struct Archive {
    packs: Vec<Arc<Pack>>,
}

impl Archive {
    pub(super) fn new(packs: Vec<Arc<Pack>>) -> Self {
        Self { packs }
    }

    /// How many changes are in it.
    pub(super) fn len(&self) -> ChangeIndex {
        self.packs.last().map_or(0, |last| last.end())
    }

    /// How many packs have been unpacked.
    #[cfg(test)]
    pub(super) fn unpacked(&self) -> usize {
        self.packs.iter().filter(|pack| pack.contents.get().is_some()).count()
    }

    /// The canonical bytes of all its changes.
    pub(super) fn bytes(&self) -> usize {
        self.packs.iter().map(|pack| pack.bytes).sum()
    }

    pub(super) fn hash(&self, change: ChangeIndex) -> ChangeHash {
        let pack = self.pack(change);
        pack.contents().hashes[(change - pack.first) as usize]
    }

    /// The hashes of all its changes.
    pub(super) fn hashes(&self) -> impl Iterator<Item = ChangeHash> {
        self.packs.iter().flat_map(|pack| pack.contents().hashes.iter().copied())
    }

    pub(super) fn body(&self, change: ChangeIndex) -> &[u8] {
        let pack = self.pack(change);
        pack.contents().bodies.get(change - pack.first)
    }

    /// What changes have beside a predecessor and a body, one and those that lie with it.
    pub(super) fn extras(&self, change: ChangeIndex) -> &Extras<ChangeIndex> {
        &self.pack(change).contents().extras
    }

    fn pack(&self, change: ChangeIndex) -> &Pack {
        &self.packs[self.packs.partition_point(|pack| pack.end() <= change)]
    }

    /// Whether what its packs hold agrees with what is known of the changes without them: `known`
    /// is given the author, number and counters of each, in order.
    ///
    /// # Errors
    /// What is wrong with a pack.
    pub(super) fn check(
        &self,
        mut known: impl FnMut(ChangeIndex, &Author, u32, u32) -> bool,
    ) -> Result<(), DecodeError> {
        for pack in &self.packs {
            let bundle = pack.decode()?;
            for (place, member) in bundle.members.iter().enumerate() {
                let index = pack.first.saturating_add(u32::try_from(place).unwrap_or(u32::MAX));
                if !known(index, bundle.author(place), member.seq, member.counters) {
                    return Err(DecodeError::WrongTotals);
                }
            }
        }
        Ok(())
    }
}
