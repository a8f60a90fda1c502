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

use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, ChangeHash, DocumentId};
use crate::history::format::bundle::{Bundle, Reference, Totals};
use crate::history::format::extras::Extras;
use crate::history::store::Bodies;
use crate::history::store::chains::ChangeIndex;

/// Stands for the hash of a change that could not be unpacked.
pub(crate) const UNKNOWN: ChangeHash = ChangeHash([0; 32]);

/// Some consecutive changes, packed.
#[derive(Debug)]
pub(crate) struct Pack {
    document: DocumentId,
    pub(crate) first: ChangeIndex,
    /// How many changes.
    pub(crate) count: u32,
    /// Their canonical bytes.
    pub(crate) bytes: usize,
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
    pub(crate) fn new(
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
    pub(crate) fn read(
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

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        write::length(out, self.outside.len());
        self.outside.iter().for_each(|change| write::varint(out, u64::from(*change)));
        write::bytes(out, &self.bundle);
    }

    /// The index after its last change.
    pub(crate) fn end(&self) -> ChangeIndex {
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

    /// The bundle in it. `known` is asked for keys that have been checked before.
    ///
    /// # Errors
    /// [`DecodeError`] if it is not a bundle of so many changes outside.
    pub(crate) fn decode(
        &self,
        known: impl Fn(&[u8; 32]) -> Option<Author>,
    ) -> Result<Bundle, DecodeError> {
        let bundle = Bundle::decode_pack(&self.bundle, self.document, known)?;
        let listed = bundle.outside.len() == self.outside.len();
        if listed { Ok(bundle) } else { Err(DecodeError::WrongTotals) }
    }

    /// What the list of changes outside in its bundle stands for, in its order.
    pub(crate) fn outside(&self) -> &[ChangeIndex] {
        &self.outside
    }

    fn unpack(&self) -> Result<Contents, DecodeError> {
        let bundle = self.decode(|_| None)?;
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
        let hashes = vec![UNKNOWN; count as usize];
        Self { hashes, bodies, extras: Extras::default() }
    }
}

/// Packs that follow on each other from the first change on.
#[derive(Clone, Debug, Default)]
pub(crate) struct Archive {
    packs: Vec<Arc<Pack>>,
}

impl Archive {
    pub(crate) fn new(packs: Vec<Arc<Pack>>) -> Self {
        Self { packs }
    }

    /// How many changes are in it.
    pub(crate) fn len(&self) -> ChangeIndex {
        self.packs.last().map_or(0, |last| last.end())
    }

    /// How many packs have been unpacked.
    #[cfg(test)]
    pub(crate) fn unpacked(&self) -> usize {
        self.packs.iter().filter(|pack| pack.contents.get().is_some()).count()
    }

    /// The packs in order.
    pub(crate) fn packs(&self) -> &[Arc<Pack>] {
        &self.packs
    }

    /// The canonical bytes of all its changes.
    pub(crate) fn bytes(&self) -> u64 {
        self.packs.iter().map(|pack| pack.bytes as u64).sum()
    }

    pub(crate) fn hash(&self, change: ChangeIndex) -> ChangeHash {
        let pack = self.pack(change);
        pack.contents().hashes[(change - pack.first) as usize]
    }

    /// The hashes of all its changes.
    pub(crate) fn hashes(&self) -> impl Iterator<Item = ChangeHash> {
        self.packs.iter().flat_map(|pack| pack.contents().hashes.iter().copied())
    }

    pub(crate) fn body(&self, change: ChangeIndex) -> &[u8] {
        let pack = self.pack(change);
        pack.contents().bodies.get(change - pack.first)
    }

    /// Whether those of some changes, in ascending order, that are in it could be unpacked.
    pub(crate) fn unpacks(&self, changes: &[ChangeIndex]) -> bool {
        let asked = |pack: &&Arc<Pack>| {
            let first = changes.partition_point(|change| *change < pack.first);
            changes.get(first).is_some_and(|change| *change < pack.end())
        };
        let mut asked = self.packs.iter().filter(asked);
        asked.all(|pack| pack.contents().hashes.first() != Some(&UNKNOWN))
    }

    /// What changes have beside a predecessor and a body, one and those that lie with it.
    pub(crate) fn extras(&self, change: ChangeIndex) -> &Extras<ChangeIndex> {
        &self.pack(change).contents().extras
    }

    fn pack(&self, change: ChangeIndex) -> &Pack {
        &self.packs[self.packs.partition_point(|pack| pack.end() <= change)]
    }
}
