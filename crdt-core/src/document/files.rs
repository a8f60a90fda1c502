use super::Document;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{DocumentId, Keypair, domain, sha256_of_parts};
use crate::history::{History, LoadError, OpenedAs};
use crate::node::{CrdtNode, load_state, save_state};
use crate::schema::state_hash;

/// The first bytes of a saved document: a mark and the version of its encoding.
const MAGIC: &[u8; 5] = b"CRDS\x01";

impl<T: CrdtNode> Document<T> {
    /// The whole document as bytes, to be [loaded](Self::load) again: every change with the
    /// signatures that cover it, the bundles that wait for others, and the state.
    ///
    /// Costs time in the size of the state, in the changes that are new since the document was last
    /// saved or opened, and a copy and a hash of the bytes.
    pub fn save(&self) -> Vec<u8> {
        let chains = self.history.chains();
        self.write(if self.partial { None } else { save_state(&self.state, chains) })
    }

    /// The same without the state, for keeping: smaller, but whoever loads it builds the state from
    /// all changes.
    pub fn save_changes(&self) -> Vec<u8> {
        self.write(None)
    }

    fn write(&self, state: Option<Vec<u8>>) -> Vec<u8> {
        let mut content = self.id().as_bytes().to_vec();
        let keypair = self.writer.as_ref().map(|writer| &writer.keypair);
        self.history.write_saved(keypair, &mut content);
        match state {
            None => content.push(0),
            Some(state) => {
                content.push(1);
                content.extend_from_slice(&state_hash::<T>());
                write::bytes(&mut content, &state);
            }
        }
        let mut bytes = MAGIC.to_vec();
        write::bytes(&mut bytes, &content);
        let check = sha256_of_parts(&[domain::SAVED, &bytes]);
        bytes.extend_from_slice(&check);
        bytes
    }

    /// Opens a saved document to go on writing as `keypair`: the key it was written with here, or a
    /// new one, which makes this replica another author.
    ///
    /// One key must write in one place only: load the newest bytes that were saved with it, and
    /// give another device a key of its own.
    ///
    /// The bytes are trusted as what this program has saved: a checksum finds damage, but no signature
    /// is verified again. Open what somebody else could have written with
    /// [`load_verified`](Self::load_verified).
    ///
    /// Costs time in the size of the state, and a copy and a hash of the bytes; changes are not looked at.
    /// Old ones are unpacked, O(changes), when they are first asked for: by an export to a replica
    /// that lacks some of them, by looking at changes, by naming elements for outside
    /// ([`ElementId`](crate::ElementId)), where concurrent writes of one time have to be ordered, and
    /// by changes from elsewhere that follow on old ones. Where the type's definition is not the one that the document
    /// was saved with, or changes say what that type does not know, the state is built from all
    /// changes.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes. It is [`LoadError::OfAnotherType`] if the
    /// document was created as a type that is not `T`, and was never called so: `#[crdt(alias = "..")]` on
    /// a type gives its former names.
    pub fn load(bytes: &[u8], keypair: Keypair) -> Result<Self, LoadError> {
        Self::open(bytes, Some(keypair), Some(Self::as_this_type()))
    }

    /// Opens a saved document for reading, trusting the bytes as [`load`](Self::load) does.
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_read_only(bytes: &[u8]) -> Result<Self, LoadError> {
        Self::open(bytes, None, Some(Self::as_this_type()))
    }

    /// Opens a saved document of whatever type, for reading if there is no key, trusting the bytes as
    /// [`load`](Self::load) does. What does not fit `T` reads as if it had not been written, and stays.
    ///
    /// A `Document<Json>`, and one of a type without a name of its own as `Vec<Task>`, opens any
    /// document anyway, and so does [`History`], which shows it without a type.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load_with_any_type(bytes: &[u8], keypair: Option<Keypair>) -> Result<Self, LoadError> {
        Ok(Self::open(bytes, keypair, None)?.with_any_type())
    }

    /// Opens a saved document that somebody else could have written: everything is checked as if it
    /// had been received, and the state is built from the changes. `None` opens it for reading.
    ///
    /// What the bytes say of the changes beside them has to be what these come to, the bundles that
    /// wait are checked as those that come in are, and the state in the bytes is passed over. Costs
    /// what receiving all the changes costs; memory is bounded by the bytes times
    /// [`MAX_BUNDLE_EXPANSION`](crate::limits::MAX_BUNDLE_EXPANSION).
    ///
    /// # Errors
    /// As [`load`](Self::load).
    pub fn load_verified(bytes: &[u8], keypair: Option<Keypair>) -> Result<Self, LoadError> {
        let Saved { history, .. } = Saved::read_as(bytes, Some(Self::as_this_type()))?;
        Ok(Self::over(history.verified()?, keypair))
    }

    fn open(
        bytes: &[u8],
        keypair: Option<Keypair>,
        opened_as: Option<OpenedAs>,
    ) -> Result<Self, LoadError> {
        let Saved { history, state } = Saved::read_as(bytes, opened_as)?;
        let Some(bytes) = state.filter(|(schema, _)| *schema == state_hash::<T>()) else {
            return Ok(Self::over(history, keypair));
        };
        match load_state(bytes.1, history.chains()) {
            Ok((state, partial)) => {
                Ok(Self { partial, ..Self::with_state(history, state, keypair) })
            }
            Err(error) => {
                tracing::warn!(%error, "a saved state is not one; it is built from the changes");
                Ok(Self::over(history, keypair))
            }
        }
    }
}

impl History {
    /// Opens a saved document without knowing its type, trusting the bytes as
    /// [`Document::load`] does.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        Ok(Saved::read(bytes)?.history)
    }

    /// Opens a saved document that somebody else could have written, checking everything as
    /// [`Document::load_verified`] does.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load_verified(bytes: &[u8]) -> Result<Self, LoadError> {
        Saved::read(bytes)?.history.verified()
    }
}

/// The saved document that bytes begin with, if they do with a whole one, and how long it is.
pub(super) fn saved_at_front(bytes: &[u8]) -> Option<&[u8]> {
    let mut reader = Reader::new(bytes);
    read_content(&mut reader).and_then(|_| reader.take(32)).ok()?;
    Some(&bytes[..bytes.len() - reader.rest().len()])
}

/// Reads what lies between the mark and the checksum.
fn read_content<'a>(reader: &mut Reader<'a>) -> Result<&'a [u8], DecodeError> {
    reader.mark(MAGIC)?;
    reader.bytes()
}

/// What is in the bytes of a saved document.
struct Saved<'a> {
    history: History,
    /// The state and the [hash](state_hash) of what it depends on of its type.
    state: Option<([u8; 32], &'a [u8])>,
}

impl<'a> Saved<'a> {
    /// Reads a document that is to be of a type.
    fn read_as(bytes: &'a [u8], opened_as: Option<OpenedAs>) -> Result<Self, LoadError> {
        let saved = Self::read(bytes)?;
        let Some(opened_as) = opened_as else { return Ok(saved) };
        match opened_as.other(saved.history.genesis()) {
            None => Ok(saved),
            Some(document) => Err(LoadError::OfAnotherType {
                document: document.to_owned(),
                opened_as: opened_as.name,
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
