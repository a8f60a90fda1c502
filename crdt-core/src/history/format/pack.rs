//! Consecutive changes of a saved history, in order of admission: a bundle without signatures, and
//! what its list of changes outside stands for.

use std::sync::Arc;

use super::bodies::Bodies;
use super::bundle::{Bundle, Reference};
use super::extras::Extras;
use super::numbers::{ChangeIndex, Number as _};
use super::totals::Totals;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, ChangeHash, DocumentId};

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
    /// As it is saved: the same list, and the bundle, which begins at `start`.
    written: Box<[u8]>,
    start: usize,
}

/// What is in a pack.
#[derive(Debug)]
pub(crate) struct Contents {
    pub(crate) hashes: Vec<ChangeHash>,
    pub(crate) bodies: Bodies,
    pub(crate) extras: Extras<ChangeIndex>,
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
        let mut written = Vec::with_capacity(bundle.len() + 5 * outside.len() + 10);
        write::length(&mut written, outside.len());
        outside.iter().for_each(|change| write::varint(&mut written, u64::from(*change)));
        write::bytes(&mut written, bundle);
        let start = written.len() - bundle.len();
        Ok(Self { document, first, count, bytes, outside, written: written.into(), start })
    }

    /// Reads all packs of a history.
    ///
    /// What they state is bounded by their length, since room is made for it before they are
    /// unpacked.
    ///
    /// # Errors
    /// [`DecodeError`] if they are no packs, or together state more than they can hold.
    pub(crate) fn read_all(
        reader: &mut Reader<'_>,
        document: DocumentId,
    ) -> Result<Vec<Arc<Self>>, DecodeError> {
        let mut packs: Vec<Arc<Self>> = Vec::new();
        let (mut bytes, mut length) = (0usize, 0);
        for _ in 0..reader.count(2)? {
            let first = packs.last().map_or(0, |last| last.end());
            let pack = Self::read(reader, document, first)?;
            bytes = bytes.saturating_add(pack.bytes);
            length += pack.bundle().len();
            packs.push(Arc::new(pack));
        }
        if Totals::fits_packs(bytes, length) { Ok(packs) } else { Err(DecodeError::TooDense) }
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

    /// As it is saved.
    pub(crate) fn written(&self) -> &[u8] {
        &self.written
    }

    fn bundle(&self) -> &[u8] {
        &self.written[self.start..]
    }

    /// The index after its last change.
    pub(crate) fn end(&self) -> ChangeIndex {
        self.first + self.count
    }

    /// The bundle in it. `known` is asked for keys that have been checked before.
    ///
    /// # Errors
    /// [`DecodeError`] if it is not a bundle of so many changes outside.
    pub(crate) fn decode(
        &self,
        known: impl Fn(&[u8; 32]) -> Option<Author>,
    ) -> Result<Bundle, DecodeError> {
        let bundle = Bundle::decode_pack(self.bundle(), self.document, known)?;
        let listed = bundle.outside.len() == self.outside.len();
        if listed { Ok(bundle) } else { Err(DecodeError::WrongTotals) }
    }

    /// What the list of changes outside in its bundle stands for, in its order.
    pub(crate) fn outside(&self) -> &[ChangeIndex] {
        &self.outside
    }

    /// What is in it.
    ///
    /// # Errors
    /// As of [`decode`](Self::decode).
    pub(crate) fn unpack(&self) -> Result<Contents, DecodeError> {
        let bundle = self.decode(|_| None)?;
        let mut extras = Extras::default();
        for (index, member) in (self.first..).zip(bundle.members.numbers()) {
            let place = |below: &Reference| match *below {
                Reference::Member(member) => self.first + member.get(),
                Reference::Outside(place) => self.outside[place as usize],
            };
            let dependencies = bundle.dependencies(member).iter().map(place);
            extras.push(index, dependencies, bundle.tags(member).clone());
        }
        let (hashes, bodies) = bundle.into_hashes_and_bodies();
        Ok(Contents { hashes, bodies, extras })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::format::header::CHANGE_BYTES;
    use crate::history::format::totals::{MAX_BUNDLE_EXPANSION, MAX_BUNDLE_EXPANSION_BASE};

    /// So many packs of so many bytes beyond the shortest, which state as much as each may.
    fn read_dense(packs: usize, more: usize) -> Result<Vec<Arc<Pack>>, DecodeError> {
        let mut out = Vec::new();
        write::length(&mut out, packs);
        for _ in 0..packs {
            let mut bundle = b"CRDB\x01\0".to_vec();
            bundle.extend([0; 32]);
            let length = bundle.len() + 10 + more;
            let bytes = length * MAX_BUNDLE_EXPANSION + MAX_BUNDLE_EXPANSION_BASE;
            Totals { changes: bytes / CHANGE_BYTES, ops: 0, bytes }.write(&mut bundle);
            bundle.resize(length, 0);
            write::length(&mut out, 0);
            write::bytes(&mut out, &bundle);
        }
        Pack::read_all(&mut Reader::new(&out), DocumentId::from_bytes([0; 32]))
    }

    #[test]
    fn few_packs_are_short_and_hold_much() {
        for packs in [1, 2, 16] {
            assert_eq!(read_dense(packs, 0).map(|packs| packs.len()), Ok(packs));
        }
        assert_eq!(read_dense(1000, 0).map(|packs| packs.len()), Err(DecodeError::TooDense));
        // Half full, as the shortest are that stay as they are.
        assert_eq!(read_dense(200, 8200).map(|packs| packs.len()), Ok(200));
    }
}
