use thiserror::Error;

use super::Document;
use crate::codec::{DecodeError, Reader};
use crate::crypto::{DocumentId, Keypair, domain, sha256_of_parts};
use crate::history::{ApplyError, History};
use crate::node::CrdtNode;

/// The first bytes of a saved document: a mark and the version of its encoding.
const MAGIC: &[u8; 5] = b"CRDS\x01";

/// Why bytes are not a saved document.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// They are not in the format, or damaged.
    #[error("not a saved document: {0}")]
    Decode(#[from] DecodeError),
    /// The changes in them are not a valid history.
    #[error("the saved changes were refused: {0}")]
    Apply(#[from] ApplyError),
    /// Changes in them depend on others that are missing.
    #[error("the saved document lacks changes that others depend on")]
    Incomplete,
}

impl<T: CrdtNode> Document<T> {
    /// The whole document as bytes, to be [loaded](Self::load) again: every change with the
    /// signatures that cover it. What waits for others is not saved.
    pub fn save(&self) -> Vec<u8> {
        let mut bytes = MAGIC.to_vec();
        bytes.extend_from_slice(self.id().as_bytes());
        bytes.extend_from_slice(&self.export_all());
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
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load(bytes: &[u8], keypair: Keypair) -> Result<Self, LoadError> {
        Ok(Self::over(load_history(bytes)?, Some(keypair)))
    }

    /// Opens a saved document for reading.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load_read_only(bytes: &[u8]) -> Result<Self, LoadError> {
        Ok(Self::over(load_history(bytes)?, None))
    }
}

impl History {
    /// Opens a saved document without knowing its type.
    ///
    /// # Errors
    /// [`LoadError`] says what is wrong with the bytes.
    pub fn load(bytes: &[u8]) -> Result<Self, LoadError> {
        load_history(bytes)
    }
}

fn load_history(bytes: &[u8]) -> Result<History, LoadError> {
    let (content, check) = bytes.split_last_chunk::<32>().ok_or(DecodeError::Truncated)?;
    let mut reader = Reader::new(content);
    if reader.array()? != *MAGIC {
        return Err(DecodeError::WrongMagic.into());
    }
    if sha256_of_parts(&[domain::SAVED, content]) != *check {
        return Err(DecodeError::ChecksumMismatch.into());
    }
    let mut history = History::new(DocumentId(reader.array()?));
    let outcome = history.apply(reader.take_rest())?;
    if outcome.waiting.is_empty() { Ok(history) } else { Err(LoadError::Incomplete) }
}
