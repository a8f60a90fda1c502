//! Bundles: changes in topological order with the signatures that cover them.
//!
//! A bundle leaves out what its place implies (document, predecessor and dependency hashes of
//! changes inside it, sequence numbers); the canonical bytes of every change are rebuilt from it
//! and are what is hashed. There are two forms: few changes lie in `rows`, one after the other with
//! their bodies as they are; many lie in `columns`. `docs/wire-format.md` describes both field by
//! field.

mod columns;
pub(crate) mod encoding;
mod members;
mod rows;
#[cfg(test)]
mod tests;

pub(crate) use encoding::{write_bundle, write_pack};
pub(crate) use members::canonical_size;

use members::{CHANGE_BYTES, Members};

use crate::codec::{self, DecodeError, Reader};
use crate::crypto::{Author, ChangeHash, DocumentId, Signature};
use crate::history::format::extras::Extras;
use crate::history::format::genesis::Genesis;
use crate::history::format::header::Tags;
use crate::history::receive::ApplyError;
use crate::history::store::Bodies;
use crate::history::store::refusal::Refusal;

/// The first bytes of a bundle.
const MAGIC: &[u8; 4] = b"CRDB";
/// How the changes of a bundle lie: its form, the byte after the mark.
const ROWS: u8 = 1;
const COLUMNS: u8 = 2;

/// Changes in one bundle.
pub const MAX_BUNDLE_CHANGES: usize = 1 << 20;
/// Ops in one bundle.
pub const MAX_BUNDLE_OPS: usize = 1 << 24;
/// Canonical bytes of the bodies and headers in one bundle: 256 MiB.
pub const MAX_BUNDLE_BYTES: usize = 1 << 28;

/// Canonical bytes that a bundle may hold for each of its own bytes, beside
/// [`MAX_BUNDLE_EXPANSION_BASE`]. A writer whose columns are denser takes rows, which never are.
pub const MAX_BUNDLE_EXPANSION: usize = 1024;
/// Canonical bytes that any bundle may hold, however short it is: 64 KiB.
pub const MAX_BUNDLE_EXPANSION_BASE: usize = 1 << 16;

/// A decoded bundle: every hash computed, signatures not yet verified.
#[derive(Debug)]
pub(crate) struct Bundle {
    pub(crate) genesis: Option<Genesis>,
    /// The authors of members, ascending.
    authors: Vec<Author>,
    /// Changes outside that members name, ascending.
    pub(crate) outside: Vec<ChangeHash>,
    /// The hashes of the members.
    pub(crate) hashes: Vec<ChangeHash>,
    pub(crate) members: Vec<Member>,
    extras: Extras<Reference>,
    /// Of each member whether a signed member vouches for it.
    pub(crate) covered: Vec<bool>,
    /// Members that carry a signature, ascending.
    pub(crate) signatures: Vec<(usize, Signature)>,
    pub(crate) totals: Totals,
    /// The members' bodies in canonical bytes.
    bodies: Vec<u8>,
}

/// One change of a bundle, but for its hash. There can be very many, so it is small.
#[derive(Debug)]
pub(crate) struct Member {
    /// The place of its author among the bundle's.
    pub(crate) author: u32,
    pub(crate) seq: u32,
    pub(crate) prev: Option<Reference>,
    pub(crate) counters: u32,
    ops: u32,
    body_end: u32,
}

/// Where a predecessor or dependency is.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Reference {
    /// Another member, by its place.
    Member(u32),
    /// A change outside, by its place in the bundle's list of these.
    Outside(u32),
}

impl Reference {
    /// How it is written in the member at a place: twice how many members back, or twice the place
    /// in the list of changes outside and one more.
    fn raw(self, at: u32) -> u64 {
        match self {
            Self::Member(place) => 2 * u64::from(at - place - 1),
            Self::Outside(place) => 2 * u64::from(place) + 1,
        }
    }
}

/// What a bundle states before anything else.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Totals {
    pub(crate) changes: usize,
    pub(crate) ops: usize,
    pub(crate) bytes: usize,
}

impl Bundle {
    /// Decodes a bundle of a document and computes the hash of every change. Costs are bounded by the
    /// stated totals, which are checked first.
    ///
    /// Checking a key takes about as long as half a signature, so `known` is asked for keys that
    /// have been checked before. `genesis` is the document's record if it is known, which is then not
    /// hashed again.
    pub(crate) fn decode(
        bytes: &[u8],
        expected: DocumentId,
        genesis: Option<&Genesis>,
        known: impl Fn(&[u8; 32]) -> Option<Author>,
    ) -> Result<Self, Unreadable> {
        let author = |bytes| known(&bytes).map_or_else(|| Author::from_bytes(bytes), Ok);
        let mut reader = Reader::new(bytes);
        reader.mark(MAGIC)?;
        let form = reader.byte()?;
        if ![ROWS, COLUMNS].contains(&form) {
            return Err(DecodeError::UnsupportedVersion(form).into());
        }
        let (document, genesis) = read_document(&mut reader, (expected, genesis), author)?;
        if document != expected {
            return Err(Unreadable::WrongDocument(document));
        }
        let totals = Totals::read(&mut reader)?;
        totals.check(bytes.len())?;
        let authors = read_authors(&mut reader, author)?;
        let outside = read_outside(&mut reader)?;
        let mut members = Members::new(&document, authors, outside, totals);
        if form == ROWS {
            rows::read(&mut reader, &mut members)?;
        } else {
            columns::read(&mut reader, &mut members)?;
        }
        let signatures = read_signatures(&mut reader, totals.changes)?;
        reader.finish()?;
        Ok(members.finish(genesis, signatures, totals)?)
    }

    /// What a bundle states.
    pub(crate) fn stated(bytes: &[u8]) -> Result<Totals, DecodeError> {
        Self::read_stated(&mut Reader::new(bytes))
    }

    /// The changes outside that a bundle names.
    pub(crate) fn named_outside(bytes: &[u8]) -> Result<Vec<ChangeHash>, DecodeError> {
        let mut reader = Reader::new(bytes);
        Self::read_stated(&mut reader)?;
        let authors = reader.count(32)?;
        reader.take(32 * authors)?;
        read_outside(&mut reader)
    }

    /// Passes over what comes before the totals and reads those.
    fn read_stated(reader: &mut Reader<'_>) -> Result<Totals, DecodeError> {
        let length = reader.rest().len();
        reader.take(MAGIC.len() + 1)?;
        if reader.byte()? == 0 {
            reader.take(32)?;
        } else {
            Genesis::skip(reader)?;
        }
        let totals = Totals::read(reader)?;
        totals.check(length)?;
        Ok(totals)
    }

    /// Decodes a bundle that lies in a saved history of a document.
    pub(crate) fn decode_pack(
        bytes: &[u8],
        document: DocumentId,
        known: impl Fn(&[u8; 32]) -> Option<Author>,
    ) -> Result<Self, DecodeError> {
        Self::decode(bytes, document, None, known).map_err(|error| match error {
            Unreadable::Malformed(error) => error,
            Unreadable::WrongDocument(_) => DecodeError::DanglingReference,
        })
    }

    /// The authors of its members.
    pub(crate) fn authors(&self) -> &[Author] {
        &self.authors
    }

    /// The author of the member at a place.
    pub(crate) fn author(&self, place: usize) -> &Author {
        &self.authors[self.members[place].author as usize]
    }

    /// What the member at a place depends on beside its predecessor.
    pub(crate) fn dependencies(&self, place: usize) -> &[Reference] {
        self.extras.dependencies(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// The tags of the member at a place.
    pub(crate) fn tags(&self, place: usize) -> &Tags {
        self.extras.tags(u32::try_from(place).unwrap_or(u32::MAX))
    }

    /// The ops of the member at a place in canonical bytes.
    pub(crate) fn body(&self, place: usize) -> &[u8] {
        let start = place.checked_sub(1).map_or(0, |before| self.members[before].body_end);
        &self.bodies[start as usize..self.members[place].body_end as usize]
    }

    /// The bodies of all members.
    pub(crate) fn bodies(&self) -> &[u8] {
        &self.bodies
    }

    /// The hashes and bodies of all members, without the rest.
    pub(crate) fn into_hashes_and_bodies(self) -> (Vec<ChangeHash>, Bodies) {
        let ends = self.members.iter().map(|member| member.body_end as usize).collect();
        (self.hashes, Bodies::new(self.bodies, ends))
    }

    /// What the member at a place adds to the totals.
    pub(crate) fn totals_of(&self, place: usize) -> Totals {
        let member = &self.members[place];
        let hashes = self.dependencies(place).len() + usize::from(member.prev.is_some());
        let bytes = canonical_size(hashes, self.tags(place), self.body(place));
        Totals { changes: 1, ops: member.ops as usize, bytes }
    }
}

impl Totals {
    pub(crate) fn add(&mut self, other: Self) {
        self.changes += other.changes;
        self.ops += other.ops;
        self.bytes += other.bytes;
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, DecodeError> {
        let mut total = |limit: usize, what| match usize::try_from(reader.varint()?) {
            Ok(total) if total <= limit => Ok(total),
            _ => Err(DecodeError::OverLimit(what)),
        };
        Ok(Self {
            changes: total(MAX_BUNDLE_CHANGES, "changes of a bundle")?,
            ops: total(MAX_BUNDLE_OPS, "ops of a bundle")?,
            bytes: total(MAX_BUNDLE_BYTES, "bytes of a bundle")?,
        })
    }

    /// Refuses what no bundle of a length can hold.
    fn check(self, length: usize) -> Result<(), DecodeError> {
        if !self.fits(length) {
            return Err(DecodeError::TooDense);
        }
        let possible = self.changes <= self.bytes / CHANGE_BYTES;
        if possible { Ok(()) } else { Err(DecodeError::WrongTotals) }
    }

    /// Whether a bundle of a length may hold so many canonical bytes.
    fn fits(self, length: usize) -> bool {
        let most = length.saturating_mul(MAX_BUNDLE_EXPANSION);
        self.bytes <= most.saturating_add(MAX_BUNDLE_EXPANSION_BASE)
    }

    pub(crate) fn write(self, out: &mut Vec<u8>) {
        for total in [self.changes, self.ops, self.bytes] {
            codec::write::length(out, total);
        }
    }

    /// Takes a part away.
    pub(crate) fn spend(&mut self, part: Self) -> Result<(), DecodeError> {
        let sub = |whole: usize, part| whole.checked_sub(part).ok_or(DecodeError::WrongTotals);
        self.changes = sub(self.changes, part.changes)?;
        self.ops = sub(self.ops, part.ops)?;
        self.bytes = sub(self.bytes, part.bytes)?;
        Ok(())
    }
}

/// Why bytes are not a bundle of a document.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unreadable {
    Malformed(DecodeError),
    WrongDocument(DocumentId),
}

impl From<DecodeError> for Unreadable {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}

impl From<Unreadable> for Refusal {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Malformed(error) => Self::Malformed(error),
            Unreadable::WrongDocument(document) => Self::WrongDocument(document),
        }
    }
}

impl From<Unreadable> for ApplyError {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Malformed(error) => Self::Decode(error),
            Unreadable::WrongDocument(document) => Self::Refused(Refusal::WrongDocument(document)),
        }
    }
}

/// Takes note if what is framed as a bundle, and perhaps cut, does not begin as one.
pub(crate) fn check_mark(framed: &[u8]) -> Result<(), DecodeError> {
    let mut reader = Reader::new(framed);
    reader.varint()?;
    let rest = reader.rest();
    let seen = rest.len().min(MAGIC.len());
    if rest[..seen] == MAGIC[..seen] { Ok(()) } else { Err(DecodeError::WrongMagic) }
}

/// Whether bytes begin as a bundle does.
pub(crate) fn is_bundle(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Reads which document it is. A record that is known belongs to a document that is.
fn read_document(
    reader: &mut Reader<'_>,
    (expected, known): (DocumentId, Option<&Genesis>),
    author: impl Fn([u8; 32]) -> Result<Author, DecodeError>,
) -> Result<(DocumentId, Option<Genesis>), DecodeError> {
    match reader.byte()? {
        0 => Ok((DocumentId(reader.array()?), None)),
        1 => {
            let genesis = Genesis::read(reader, author)?;
            let is_known = known == Some(&genesis);
            Ok((if is_known { expected } else { genesis.document() }, Some(genesis)))
        }
        _ => Err(DecodeError::WrongMagic),
    }
}

fn read_authors(
    reader: &mut Reader<'_>,
    author: impl Fn([u8; 32]) -> Result<Author, DecodeError>,
) -> Result<Vec<Author>, DecodeError> {
    let count = reader.count(32)?;
    let mut authors: Vec<Author> = Vec::with_capacity(count);
    for _ in 0..count {
        let bytes: [u8; 32] = reader.array()?;
        if authors.last().is_some_and(|last| *last.as_bytes() >= bytes) {
            return Err(DecodeError::Unsorted("authors"));
        }
        authors.push(author(bytes)?);
    }
    Ok(authors)
}

fn read_outside(reader: &mut Reader<'_>) -> Result<Vec<ChangeHash>, DecodeError> {
    let count = reader.count(32)?;
    let mut outside: Vec<ChangeHash> = Vec::with_capacity(count);
    for _ in 0..count {
        let hash = ChangeHash(reader.array()?);
        if outside.last().is_some_and(|last| *last >= hash) {
            return Err(DecodeError::Unsorted("outside hashes"));
        }
        outside.push(hash);
    }
    Ok(outside)
}

fn read_signatures(
    reader: &mut Reader<'_>,
    members: usize,
) -> Result<Vec<(usize, Signature)>, DecodeError> {
    let count = reader.count(65)?;
    let mut signatures: Vec<(usize, Signature)> = Vec::with_capacity(count);
    let mut next = 0usize;
    for _ in 0..count {
        let gap = usize::try_from(reader.varint()?).map_err(|_| DecodeError::DanglingReference)?;
        let index = next.checked_add(gap).filter(|index| *index < members);
        let index = index.ok_or(DecodeError::DanglingReference)?;
        signatures.push((index, Signature(reader.array()?)));
        next = index + 1;
    }
    Ok(signatures)
}
