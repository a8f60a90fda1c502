//! Authors that wrote two changes with one sequence number, and the proof of it.

use core::fmt;
use std::collections::BTreeMap;

use serde::Serialize;
use thiserror::Error;

use super::chains::{Chains, ChangeIndex};
use super::header::{ChangeHasher, Header, read_gist, write_gist};
use super::store::History;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{Author, ChangeHash, DocumentId, Signature};

/// The first bytes of a proof: a mark and the version of its encoding.
const MAGIC: &[u8; 5] = b"CRDE\x01";

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
/// checked: two paths of headers, each from a change the author signed down to one of the two. It shows
/// the ops of changes whose bodies are shorter than a hash.
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

/// Where chains fork: an author and the predecessor of all the changes that have it in common.
#[derive(Debug, Default)]
pub(super) struct Forks {
    points: BTreeMap<(u32, Option<ChangeIndex>), Vec<ChangeIndex>>,
}

impl Forks {
    /// Takes note of a change that is about to be appended, if it forks a chain.
    pub(super) fn note(
        &mut self,
        chains: &Chains,
        author: u32,
        prev: Option<ChangeIndex>,
        change: ChangeIndex,
    ) {
        if let Some(first) = chains.first_after(author, prev) {
            self.points.entry((author, prev)).or_insert_with(|| vec![first]).push(change);
        }
    }

    /// Forgets a change, the newest one.
    pub(super) fn forget(&mut self, author: u32, prev: Option<ChangeIndex>, change: ChangeIndex) {
        if let Some(changes) = self.points.get_mut(&(author, prev)) {
            changes.pop_if(|last| *last == change);
            if changes.len() < 2 {
                self.points.remove(&(author, prev));
            }
        }
    }
}

impl History {
    /// Every place where an author's chain forks, by author and sequence number.
    pub fn equivocations(&self) -> Vec<Equivocation> {
        let found = self.forks.points.iter().map(|((author, _), changes)| {
            let seq = changes.first().map_or(0, |change| self.chains.seq_of(*change));
            let mut changes: Vec<_> = changes.iter().map(|c| self.chains.hash_of(*c)).collect();
            changes.sort_unstable();
            Equivocation { author: self.author(*author), seq, changes }
        });
        let mut found: Vec<_> = found.collect();
        found.sort_by_key(|fork| (fork.author, fork.seq, fork.changes.clone()));
        found
    }

    /// The proof that the first two changes of an equivocation are by one author with one sequence
    /// number. `None` if it is not one of this history's, or if its signature is not there yet (the
    /// newest changes of this replica's own author are signed when they are exported).
    pub fn prove(&self, equivocation: &Equivocation) -> Option<EquivocationProof> {
        let [first, second, ..] = equivocation.changes.as_slice() else {
            return None;
        };
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(self.document().as_bytes());
        bytes.extend_from_slice(equivocation.author.as_bytes());
        for change in [first, second] {
            self.write_path(self.index_of(change)?, &mut bytes)?;
        }
        Some(EquivocationProof { bytes })
    }

    /// Appends the signature of the nearest signed change at or after `change` on a chain through
    /// it, and the headers from there down.
    fn write_path(&self, change: ChangeIndex, out: &mut Vec<u8>) -> Option<()> {
        let (signed, signature) = self.nearest_signature(change)?;
        out.extend_from_slice(signature.as_bytes());
        let mut path = vec![signed];
        while let Some(last) = path.last().filter(|last| **last != change) {
            path.push(self.chains.prev_of(*last)?);
        }
        write::length(out, path.len());
        for step in path {
            let mut header = Vec::new();
            self.header(step).write(&self.document(), &self.author_of(step), &mut header);
            write::bytes(out, &header);
            write_gist(out, self.body(step));
        }
        Some(())
    }

    fn nearest_signature(&self, change: ChangeIndex) -> Option<(ChangeIndex, Signature)> {
        let covers = |signed: ChangeIndex| {
            let segment = self.chains.segment_of(signed);
            self.chains.change_on_chain(segment, signed, change)
        };
        let tail = self.tail.as_ref().and_then(|tail| Some((tail.change, *tail.signature.get()?)));
        self.cuts
            .stretches(self.chains.len())
            .flat_map(|(stretch, _)| stretch.signatures.values().copied())
            .chain(tail)
            .filter(|(signed, _)| covers(*signed))
            .min_by_key(|(signed, _)| self.chains.seq_of(*signed))
    }
}

impl EquivocationProof {
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
