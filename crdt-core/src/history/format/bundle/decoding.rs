//! Reading bundles.

use super::members::Members;
use super::{Bundle, Form, MAGIC, columns, rows};
use crate::codec::mark::unexpected;
use crate::codec::{DecodeError, Reader};
use crate::crypto::{Author, ChangeHash, DocumentId, Signature};
use crate::history::format::genesis::Genesis;
use crate::history::format::numbers::{MemberIndex, Number as _};
use crate::history::format::totals::Totals;

impl Bundle {
    /// Decodes a bundle of a document and computes the hash of every change. Costs are bounded by
    /// the stated totals, which are checked first.
    ///
    /// Checking a key takes about as long as half a signature, so `known` is asked for keys that
    /// have been checked before. `genesis` is the document's record if it is known, which is then
    /// not hashed again.
    pub(crate) fn decode(
        bytes: &[u8],
        expected: DocumentId,
        genesis: Option<&Genesis>,
        known: impl Fn(&[u8; 32]) -> Option<Author>,
    ) -> Result<Self, Unreadable> {
        let author = |bytes| known(&bytes).map_or_else(|| Author::from_bytes(bytes), Ok);
        let mut reader = Reader::new(bytes);
        reader.mark(MAGIC)?;
        let form = Form::of(reader.byte()?)?;
        let (document, genesis) = read_document(&mut reader, (expected, genesis), author)?;
        if document != expected {
            return Err(Unreadable::WrongDocument(document));
        }
        let totals = Totals::read(&mut reader)?;
        totals.check(bytes.len())?;
        let authors = read_authors(&mut reader, author)?;
        let outside = read_outside(&mut reader)?;
        let mut members = Members::new(&document, authors, outside, totals);
        match form {
            Form::Rows => rows::read(&mut reader, &mut members)?,
            Form::Columns => columns::read(&mut reader, &mut members)?,
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

/// Takes note if what is framed as a bundle, and perhaps cut, does not begin as one.
pub(crate) fn check_mark(framed: &[u8]) -> Result<(), DecodeError> {
    let mut reader = Reader::new(framed);
    reader.varint()?;
    let rest = reader.rest();
    let seen = rest.len().min(MAGIC.len());
    if rest[..seen] == MAGIC[..seen] { Ok(()) } else { Err(unexpected(framed, MAGIC)) }
}

/// Which document a bundle says it is of.
pub(crate) fn document_of(bundle: &[u8]) -> Result<DocumentId, DecodeError> {
    let mut reader = Reader::new(bundle);
    reader.mark(MAGIC)?;
    Form::of(reader.byte()?)?;
    if reader.byte()? == 0 {
        return reader.array().map(DocumentId);
    }
    let genesis = Genesis::read(&mut reader, |bytes| Ok(Author::unchecked(bytes)))?;
    Ok(genesis.document())
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
) -> Result<Vec<(MemberIndex, Signature)>, DecodeError> {
    let count = reader.count(65)?;
    let mut signatures: Vec<(MemberIndex, Signature)> = Vec::with_capacity(count);
    let mut next = 0_u32;
    for _ in 0..count {
        let gap = u32::try_from(reader.varint()?).map_err(|_| DecodeError::DanglingReference)?;
        let member = next.checked_add(gap).filter(|member| (*member as usize) < members);
        let member = member.ok_or(DecodeError::DanglingReference)?;
        signatures.push((MemberIndex::new(member), Signature(reader.array()?)));
        next = member + 1;
    }
    Ok(signatures)
}
