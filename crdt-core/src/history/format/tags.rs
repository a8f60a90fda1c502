//! Facts about a change or a document that are not ops.

use crate::codec::{DecodeError, Reader, write};
use crate::op::limits::MAX_TAG_BYTES;
use crate::sorted::SortedMap;

/// Facts about a change that are not ops: a list sorted by tag number, kept in canonical bytes
/// (or as nothing when there are none).
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Tags(Vec<u8>);

/// Numbers of tags. Unknown ones are kept and hashed.
pub(crate) mod tag {
    /// When the author says it was written: milliseconds since 1970-01-01 UTC, a varint.
    pub(crate) const CLAIMED_TIME: u64 = 1;
    /// What the author says about it: UTF-8 text.
    pub(crate) const MESSAGE: u64 = 2;
}

impl Tags {
    /// No tags.
    pub(crate) const NONE: Self = Self(Vec::new());

    /// From entries; sorted here. Of two with one number the later is kept.
    pub(crate) fn new(entries: impl IntoIterator<Item = (u64, Vec<u8>)>) -> Self {
        let sorted: SortedMap<u64, Vec<u8>> = entries.into_iter().collect();
        if sorted.is_empty() {
            return Self::default();
        }
        let mut bytes = Vec::new();
        write::length(&mut bytes, sorted.len());
        for (number, value) in sorted {
            write::varint(&mut bytes, number);
            write::bytes(&mut bytes, &value);
        }
        Self(bytes)
    }

    /// Reads and checks the canonical bytes.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let whole = reader.rest();
        let count = reader.count(2)?;
        let mut last = None;
        for _ in 0..count {
            let number = reader.varint()?;
            if last.is_some_and(|last| last >= number) {
                return Err(DecodeError::Unsorted("tags"));
            }
            last = Some(number);
            reader.bytes()?;
        }
        let bytes = &whole[..whole.len() - reader.rest().len()];
        if bytes.len() > MAX_TAG_BYTES {
            return Err(DecodeError::OverLimit("bytes of tags"));
        }
        Ok(if count == 0 { Self::default() } else { Self(bytes.to_vec()) })
    }

    /// The canonical bytes.
    pub(crate) fn as_bytes(&self) -> &[u8] {
        if self.0.is_empty() { &[0] } else { &self.0 }
    }

    /// The entries by ascending number.
    pub(crate) fn entries(&self) -> impl Iterator<Item = (u64, &[u8])> {
        let mut reader = Reader::new(self.as_bytes());
        // How many there are need not be known: nothing follows them.
        let _ = reader.varint();
        core::iter::from_fn(move || Some((reader.varint().ok()?, reader.bytes().ok()?)))
    }
}
