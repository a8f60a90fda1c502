use super::Document;
use super::parts::{SaveOptions, SavedPart};
use crate::codec::mark::SAVED as MAGIC;
use crate::codec::{DecodeError, Reader};
use crate::crypto::{DocumentId, domain, sha256_of_parts};
use crate::history::{History, LoadError, OpenedAs};
use crate::node::CrdtNode;

impl<T: CrdtNode> Document<T> {
    /// The whole document as bytes, to be [loaded](Self::load) again: every change with the
    /// signatures that cover it, the bundles that wait for others, and the state.
    ///
    /// Costs time in the size of the state, in the changes that are new since the document was last
    /// saved or opened, and a copy and a hash of the bytes.
    pub fn save(&self) -> Vec<u8> {
        in_one(&self.save_in_parts(&SaveOptions::new()))
    }

    /// The whole document as bytes without its state, for keeping: smaller than what
    /// [`save`](Self::save) gives, but whoever loads it builds the state from all changes.
    pub fn save_changes(&self) -> Vec<u8> {
        in_one(&self.save_in_parts(&SaveOptions::new().without_state()))
    }
}

impl History {
    /// The whole history as bytes, to be loaded again as a [`History`](Self::load) or as a
    /// [`Document`](Document::load): every change with the signatures that cover it, and the
    /// bundles that wait for others. It is what [`Document::save_changes`] gives.
    ///
    /// What a document wrote and has not signed yet is left out of the history that it
    /// [shows](Document::history), as from an [`export`](Self::export): the document signs it.
    ///
    /// Costs time in the changes that are new since the history was last saved or opened, and a
    /// copy and a hash of the bytes.
    pub fn save(&self) -> Vec<u8> {
        in_one(&self.save_in_parts(&SaveOptions::new()))
    }
}

fn in_one(parts: &[SavedPart]) -> Vec<u8> {
    parts.iter().map(SavedPart::bytes).collect::<Vec<_>>().concat()
}

/// The saved document that bytes begin with, if they do with a whole one, and how long it is.
pub(super) fn saved_at_front(bytes: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(bytes);
    read_content(&mut reader).and_then(|_| reader.take(32)).ok()?;
    Some(&bytes[..bytes.len() - reader.rest().len()])
}

/// Which document a saved one says it is.
pub(super) fn saved_id(bytes: &[u8]) -> Result<DocumentId, DecodeError> {
    let content = read_content(&mut Reader::new(bytes))?;
    Reader::new(content).array().map(DocumentId)
}

/// Reads what lies between the mark and the checksum.
fn read_content<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    reader.mark(MAGIC)?;
    reader.bytes()
}

/// What is in the bytes of a saved document.
pub(super) struct Saved<'a> {
    pub(super) history: History,
    /// The state and the [hash](crate::schema::state_hash) of what it depends on of its type.
    pub(super) state: Option<([u8; 32], &'a [u8])>,
}

impl<'a> Saved<'a> {
    /// Reads a document that is to be of a type.
    pub(super) fn read_as(bytes: &'a [u8], opened_as: Option<OpenedAs>) -> Result<Self, LoadError> {
        let saved = Self::read(bytes)?;
        let Some(opened_as) = opened_as else { return Ok(saved) };
        match opened_as.other(saved.history.genesis()) {
            None => Ok(saved),
            Some(document) => Err(LoadError::OfAnotherType {
                document: document.to_owned(),
                opened_as: (opened_as.name)(),
            }),
        }
    }

    fn read(bytes: &'a [u8]) -> Result<Self, LoadError> {
        let mut reader = Reader::new(bytes);
        let content = read_content(&mut reader)?;
        let checked = &bytes[..bytes.len() - reader.rest().len()];
        let check = reader.array::<32>()?;
        reader.finish()?;
        if sha256_of_parts(&[domain::SAVED, checked]) != check {
            return Err(DecodeError::ChecksumMismatch.into());
        }
        let mut reader = Reader::new(content);
        let document = DocumentId(reader.array()?);
        let history = History::read_saved(&mut reader, document)?;
        let state = match reader.byte()? {
            0 => None,
            1 => Some((reader.array()?, reader.bytes()?)),
            _ => return Err(DecodeError::InvalidKind.into()),
        };
        reader.finish()?;
        Ok(Self { history, state })
    }
}
