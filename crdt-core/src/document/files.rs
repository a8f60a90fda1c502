use super::Document;
use crate::codec::{DecodeError, Reader, write};
use crate::crypto::{DocumentId, Keypair, domain, sha256_of_parts};
use crate::history::{History, LoadError};
use crate::node::{CrdtNode, Description, load_state, save_state};

/// The first bytes of a saved document: a mark and the version of its encoding.
const MAGIC: &[u8; 5] = b"CRDS\x01";

impl<T: CrdtNode> Document<T> {
    /// The whole document as bytes, to be [loaded](Self::load) again: every change with the
    /// signatures that cover it, and the state. What waits for others is not saved.
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
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(self.id().as_bytes());
        let keypair = self.writer.as_ref().map(|writer| &writer.keypair);
        self.history.write_saved(keypair, &mut bytes);
        match state {
            None => bytes.push(0),
            Some(state) => {
                bytes.push(1);
                bytes.extend_from_slice(&Description::of::<T::State>());
                write::bytes(&mut bytes, &state);
            }
        }
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
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load(bytes: &[u8], keypair: Keypair) -> Result<Self, LoadError> {
        Self::open(bytes, Some(keypair))
    }

    /// Opens a saved document for reading, trusting the bytes as [`load`](Self::load) does.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load_read_only(bytes: &[u8]) -> Result<Self, LoadError> {
        Self::open(bytes, None)
    }

    /// Opens a saved document that somebody else could have written: everything is checked as if it
    /// had been received, and the state is built from the changes. `None` opens it for reading.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load_verified(bytes: &[u8], keypair: Option<Keypair>) -> Result<Self, LoadError> {
        Ok(Self::over(Saved::read(bytes, false)?.history.verified()?, keypair))
    }

    fn open(bytes: &[u8], keypair: Option<Keypair>) -> Result<Self, LoadError> {
        let Saved { history, state } = Saved::read(bytes, true)?;
        let Some(bytes) = state.filter(|(schema, _)| *schema == Description::of::<T::State>())
        else {
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
        Ok(Saved::read(bytes, true)?.history)
    }

    /// Opens a saved document that somebody else could have written: everything is checked as if it
    /// had been received.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load_verified(bytes: &[u8]) -> Result<Self, LoadError> {
        Saved::read(bytes, false)?.history.verified()
    }
}

/// What is in the bytes of a saved document.
struct Saved<'a> {
    history: History,
    /// The state and the hash of the description of its type.
    state: Option<([u8; 32], &'a [u8])>,
}

impl<'a> Saved<'a> {
    fn read(bytes: &'a [u8], trusted: bool) -> Result<Self, LoadError> {
        let (content, check) = bytes.split_last_chunk::<32>().ok_or(DecodeError::Truncated)?;
        let mut reader = Reader::new(content);
        if reader.array()? != *MAGIC {
            return Err(DecodeError::WrongMagic.into());
        }
        if sha256_of_parts(&[domain::SAVED, content]) != *check {
            return Err(DecodeError::ChecksumMismatch.into());
        }
        let document = DocumentId(reader.array()?);
        let history = History::read_saved(&mut reader, document, trusted)?;
        let state = match reader.byte()? {
            0 => None,
            1 => Some((reader.array()?, reader.bytes()?)),
            _ => return Err(DecodeError::InvalidKind.into()),
        };
        reader.finish()?;
        Ok(Self { history, state })
    }
}
