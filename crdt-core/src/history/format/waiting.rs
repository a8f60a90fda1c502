//! Bundles that wait for changes outside of them, as they are saved.

use super::bundle::Bundle;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{ChangeHash, sha256};

/// What a waiting bundle takes beside its bytes and its list: an entry in each of three B-trees,
/// whose nodes can be less than half full, and its allocations.
const OVERHEAD: usize = 512;

/// A bundle that waits. Its signatures have been verified.
#[derive(Debug)]
pub(crate) struct Waiting {
    pub(crate) bytes: Box<[u8]>,
    /// The changes outside that it names.
    pub(crate) outside: Box<[ChangeHash]>,
    pub(crate) digest: [u8; 32],
    /// The place in `outside` of the change that it is filed under. All before it are here.
    pub(crate) missing: usize,
}

impl Waiting {
    pub(crate) fn new(bytes: &[u8], outside: Vec<ChangeHash>, missing: usize) -> Self {
        Self { bytes: bytes.into(), outside: outside.into(), digest: sha256(bytes), missing }
    }

    /// The change that it waits for.
    pub(crate) fn missing(&self) -> ChangeHash {
        self.outside[self.missing]
    }

    /// Bytes of memory that it takes.
    pub(crate) fn memory(&self) -> usize {
        self.bytes.len() + size_of_val(&*self.outside) + OVERHEAD
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        write::length(out, self.missing);
        write::bytes(out, &self.bytes);
    }

    /// Reads what [`write`](Self::write) wrote.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let missing = usize::try_from(reader.varint()?);
        let missing = missing.map_err(|_| DecodeError::DanglingReference)?;
        let bytes = reader.bytes()?;
        let outside = Bundle::named_outside(bytes)?;
        if missing >= outside.len() {
            return Err(DecodeError::DanglingReference);
        }
        Ok(Self::new(bytes, outside, missing))
    }
}
