//! The header of a change: its canonical bytes and its hash.

use sha2::{Digest as _, Sha256};

use super::tags::Tags;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, ChangeHash, DocumentId, domain, sha256};
use crate::op::limits::MAX_DEPENDENCIES;

/// The format version of changes.
pub(crate) const VERSION: u8 = 1;
/// Bytes of a hash, and the most that a gist has.
const HASH_BYTES: usize = 32;

/// What the header of a change says beside its document and its author.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Header {
    /// Number of the change along its author's chain, from 0.
    pub(crate) seq: u32,
    /// The change before it on that chain; absent only at seq 0.
    pub(crate) prev: Option<ChangeHash>,
    /// Entries 1 and up of its table, strictly ascending, without `prev`.
    pub(crate) dependencies: Vec<ChangeHash>,
    pub(crate) tags: Tags,
}

impl Header {
    /// Appends the canonical bytes.
    pub(crate) fn write(&self, document: &DocumentId, author: &Author, out: &mut Vec<u8>) {
        out.push(VERSION);
        out.extend_from_slice(document.as_bytes());
        out.extend_from_slice(author.as_bytes());
        self.write_rest(out);
    }

    /// Everything after the version, the document and the author.
    fn write_rest(&self, out: &mut Vec<u8>) {
        write::varint(out, u64::from(self.seq));
        if let Some(prev) = &self.prev {
            out.extend_from_slice(prev.as_bytes());
        }
        write::length(out, self.dependencies.len());
        self.dependencies.iter().for_each(|hash| out.extend_from_slice(hash.as_bytes()));
        out.extend_from_slice(self.tags.as_bytes());
    }

    /// Reads the canonical bytes, and which document and author they belong to.
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<(DocumentId, Author, Self), DecodeError> {
        Self::read_with(reader, Author::from_bytes)
    }

    /// [Reads](Self::read) them; `author` checks the key.
    pub(crate) fn read_with(
        reader: &mut Reader<'_>,
        author: impl Fn([u8; 32]) -> Result<Author, DecodeError>,
    ) -> Result<(DocumentId, Author, Self), DecodeError> {
        match reader.byte()? {
            VERSION => {}
            other => return Err(DecodeError::UnsupportedVersion(other)),
        }
        let document = DocumentId(reader.array()?);
        let author = author(reader.array()?)?;
        let seq = reader.varint32()?;
        let prev = if seq > 0 { Some(ChangeHash(reader.array()?)) } else { None };
        let count = reader.count(32)?;
        let mut dependencies = Vec::with_capacity(count);
        for _ in 0..count {
            dependencies.push(ChangeHash(reader.array()?));
        }
        check_dependencies(&dependencies, prev.as_ref())?;
        let tags = Tags::read(reader)?;
        Ok((document, author, Self { seq, prev, dependencies, tags }))
    }

    /// How many hashes of other changes it holds.
    pub(crate) fn references(&self) -> usize {
        self.dependencies.len() + usize::from(self.prev.is_some())
    }
}

/// Appends the gist of a body, which stands for it in the hash of its change: as a length and so
/// many bytes the body itself, if it is shorter than a hash, or else its hash. So a short body
/// costs no hash of its own.
pub(crate) fn write_gist(out: &mut Vec<u8>, body: &[u8]) {
    if body.len() < HASH_BYTES {
        write::bytes(out, body);
    } else {
        write::bytes(out, &sha256(body));
    }
}

/// Reads a gist.
pub(crate) fn read_gist<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    let gist = reader.bytes()?;
    if gist.len() > HASH_BYTES { Err(DecodeError::OverLimit("bytes of a gist")) } else { Ok(gist) }
}

/// Hashes the changes of one author in one document. What they all begin with fills two blocks of
/// SHA-256 and is hashed once; what is left of a keystroke most often fits a third.
#[derive(Clone, Debug)]
pub(crate) struct ChangeHasher {
    begun: Sha256,
    /// What is being hashed, kept for its space.
    rest: Vec<u8>,
}

impl ChangeHasher {
    pub(crate) fn new(document: &DocumentId, author: &Author) -> Self {
        let mut begun = Sha256::new_with_prefix(domain::CHANGE);
        begun.update([VERSION]);
        begun.update(document.as_bytes());
        begun.update(author.as_bytes());
        // To the end of the second block.
        begun.update([0; 32]);
        Self { begun, rest: Vec::new() }
    }

    /// The hash of the change with a header and a body.
    pub(crate) fn hash(&mut self, header: &Header, body: &[u8]) -> ChangeHash {
        self.finish(header, |rest| write_gist(rest, body))
    }

    /// The hash of the change with a header, given the gist of its body.
    pub(crate) fn hash_gist(&mut self, header: &Header, gist: &[u8]) -> ChangeHash {
        self.finish(header, |rest| write::bytes(rest, gist))
    }

    fn finish(&mut self, header: &Header, end: impl FnOnce(&mut Vec<u8>)) -> ChangeHash {
        self.rest.clear();
        header.write_rest(&mut self.rest);
        end(&mut self.rest);
        ChangeHash(self.begun.clone().chain_update(&self.rest).finalize().into())
    }
}

/// Strictly ascending, without the predecessor, not too many.
pub(crate) fn check_dependencies(
    dependencies: &[ChangeHash],
    prev: Option<&ChangeHash>,
) -> Result<(), DecodeError> {
    if dependencies.len() > MAX_DEPENDENCIES {
        return Err(DecodeError::OverLimit("dependencies of a change"));
    }
    if dependencies.windows(2).any(|pair| pair[0] >= pair[1]) {
        return Err(DecodeError::Unsorted("dependencies"));
    }
    if prev.is_some_and(|prev| dependencies.binary_search(prev).is_ok()) {
        return Err(DecodeError::PreviousInTable);
    }
    Ok(())
}

/// Canonical bytes that every change has beside its body, its tags and the hashes of others.
pub(crate) const CHANGE_BYTES: usize = 75;

/// Upper bound of the canonical bytes of a change, the same for every replica, given how many
/// hashes its header holds.
pub(crate) fn canonical_size(references: usize, tags: &Tags, body: &[u8]) -> usize {
    body.len() + tags.as_bytes().len() + 32 * references + CHANGE_BYTES
}
