//! That an author wrote two changes with one sequence number, and the proof of it.

use core::fmt;

use serde::Serialize;
use thiserror::Error;

use super::header::{ChangeHasher, Header, read_gist, write_gist};
use crate::codec::mark::PROOF as MAGIC;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, ChangeHash, DocumentId, Signature};

/// Changes of one author with one sequence number on top of one predecessor: the author forked
/// its chain, by malice or by using one key in two places. All are part of the document.
#[derive(Clone, PartialEq, Eq, Debug, Serialize)]
#[non_exhaustive]
pub struct Equivocation {
    /// Whose chain forks.
    pub author: Author,
    /// The sequence number that is taken more than once.
    pub seq: u32,
    /// The changes that have it, ascending by hash.
    pub changes: Vec<ChangeHash>,
}

impl fmt::Display for Equivocation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { author, seq, changes } = self;
        write!(f, "{author} wrote {} changes with number {seq}: ", changes.len())?;
        for (place, change) in changes.iter().enumerate() {
            write!(f, "{}{change}", if place == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// A proof that an author wrote two changes with one sequence number. It needs no document to be
/// checked: two paths of headers, each from a change the author signed down to one of the two. It
/// shows the ops of changes whose bodies are shorter than a hash.
#[derive(Clone, PartialEq, Eq, Debug)]
pub struct EquivocationProof {
    bytes: Vec<u8>,
}

/// Why bytes are not a valid proof of equivocation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum ProofError {
    /// They are malformed.
    #[error("not a proof of equivocation: {0}")]
    Decode(DecodeError),
    /// A header does not belong to the document and author of the proof, or is not the predecessor
    /// of the one before it, or a path has none.
    #[error("the headers of the proof do not belong together")]
    BrokenPath,
    /// A signature is not the author's.
    #[error("a signature of the proof is not valid")]
    BadSignature,
    /// Both paths lead to one change, or to changes of different sequence numbers.
    #[error("the proof does not show two changes with one sequence number")]
    NoConflict,
}

impl From<DecodeError> for ProofError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

/// What an author signed, and the changes from there down to one of two.
pub(crate) struct SignedPath<'a> {
    pub(crate) signature: Signature,
    /// Each with its body.
    pub(crate) changes: Vec<(Header, &'a [u8])>,
}

impl SignedPath<'_> {
    fn write(&self, document: &DocumentId, author: &Author, out: &mut Vec<u8>) {
        out.extend_from_slice(self.signature.as_bytes());
        write::length(out, self.changes.len());
        for (header, body) in &self.changes {
            let mut bytes = Vec::new();
            header.write(document, author, &mut bytes);
            write::bytes(out, &bytes);
            write_gist(out, body);
        }
    }
}

impl EquivocationProof {
    /// The proof that two paths are.
    pub(crate) fn new(document: &DocumentId, author: &Author, paths: &[SignedPath<'_>; 2]) -> Self {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(document.as_bytes());
        bytes.extend_from_slice(author.as_bytes());
        for path in paths {
            path.write(document, author, &mut bytes);
        }
        Self { bytes }
    }

    /// Takes bytes and checks them.
    ///
    /// # Errors
    /// [`ProofError`] says what is wrong with them.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, ProofError> {
        let proof = Self { bytes: bytes.to_vec() };
        proof.verify()?;
        Ok(proof)
    }

    /// The bytes, to be given to anyone.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Checks the proof and says what it proves, and of which document.
    ///
    /// # Errors
    /// [`ProofError`] says what is wrong with it.
    pub fn verify(&self) -> Result<(DocumentId, Equivocation), ProofError> {
        let mut reader = Reader::new(&self.bytes);
        reader.mark(MAGIC)?;
        let document = DocumentId(reader.array()?);
        let author = Author::from_bytes(reader.array()?)?;
        let first = verify_path(&mut reader, &document, &author)?;
        let second = verify_path(&mut reader, &document, &author)?;
        reader.finish()?;
        if first.0 != second.0 || first.1 >= second.1 {
            return Err(ProofError::NoConflict);
        }
        let changes = vec![first.1, second.1];
        Ok((document, Equivocation { author, seq: first.0, changes }))
    }
}

/// What the next header of a path has to be.
enum Expected {
    /// The first one: what the author has signed.
    Signed(Signature),
    /// The predecessor of the one before: its sequence number and its hash.
    Previous(u32, ChangeHash),
    /// None: the one before begins its chain.
    Nothing,
}

impl Expected {
    /// What follows a header.
    fn after(header: &Header) -> Self {
        let below = header.prev.and_then(|prev| Some((header.seq.checked_sub(1)?, prev)));
        below.map_or(Self::Nothing, |(seq, prev)| Self::Previous(seq, prev))
    }

    fn check(&self, author: &Author, seq: u32, hash: &ChangeHash) -> Result<(), ProofError> {
        match self {
            Self::Signed(signature) if author.verify(hash, signature) => Ok(()),
            Self::Signed(_) => Err(ProofError::BadSignature),
            Self::Previous(number, prev) if (*number, prev) == (seq, hash) => Ok(()),
            Self::Previous(..) | Self::Nothing => Err(ProofError::BrokenPath),
        }
    }
}

/// Sequence number and hash of the change at the lower end of a path.
fn verify_path(
    reader: &mut Reader<'_>,
    document: &DocumentId,
    author: &Author,
) -> Result<(u32, ChangeHash), ProofError> {
    let mut expected = Expected::Signed(Signature(reader.array()?));
    let length = reader.count(1)?;
    let mut end = None;
    let mut hasher = ChangeHasher::new(document, author);
    for _ in 0..length {
        let mut bytes = Reader::new(reader.bytes()?);
        let (of, by, header) = Header::read(&mut bytes)?;
        bytes.finish()?;
        if of != *document || by != *author {
            return Err(ProofError::BrokenPath);
        }
        let hash = hasher.hash_gist(&header, read_gist(reader)?);
        expected.check(author, header.seq, &hash)?;
        expected = Expected::after(&header);
        end = Some((header.seq, hash));
    }
    end.ok_or(ProofError::BrokenPath)
}
