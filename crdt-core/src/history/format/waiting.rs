//! Bundles that wait for changes outside of them, as they are saved.

use std::sync::Arc;

use super::bundle::Bundle;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{ChangeHash, sha256};

/// What a waiting bundle takes beside its bytes and its list: an entry in each of three B-trees,
/// whose nodes can be less than half full, and its allocations.
const OVERHEAD: usize = 512;

/// A bundle that waits. Its signatures have been verified. A clone shares its bytes.
#[derive(Clone, Debug)]
pub(crate) struct Waiting {
    /// Its bytes after their length, as they are taken in, and where they begin.
    framed: Arc<[u8]>,
    start: usize,
    /// The changes outside that it names.
    pub(crate) outside: Arc<[ChangeHash]>,
    pub(crate) digest: [u8; 32],
    /// The place in `outside` of the change that it is filed under. All before it are here.
    pub(crate) missing: usize,
}

impl Waiting {
    pub(crate) fn new(bytes: &[u8], outside: Vec<ChangeHash>, missing: usize) -> Self {
        let mut framed = Vec::with_capacity(bytes.len() + 10);
        write::bytes(&mut framed, bytes);
        let start = framed.len() - bytes.len();
        let (framed, outside) = (framed.into(), outside.into());
        Self { framed, start, outside, digest: sha256(bytes), missing }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.framed[self.start..]
    }

    /// The bytes as they could have come from elsewhere.
    pub(crate) fn framed(&self) -> &[u8] {
        &self.framed
    }

    /// The change that it waits for.
    pub(crate) fn missing(&self) -> ChangeHash {
        self.outside[self.missing]
    }

    /// Bytes of memory that it takes.
    pub(crate) fn memory(&self) -> usize {
        self.bytes().len() + size_of_val(&*self.outside) + OVERHEAD
    }

    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        write::length(out, self.missing);
        out.extend_from_slice(&self.framed);
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
