//! What a document takes in a store, by part.

use crdt_core::DocumentId;

use crate::backend::{Kind, Rows};
use crate::error::StoreError;

/// What a document takes in a store, in bytes, without what SQLite adds.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
#[non_exhaustive]
pub struct Size {
    /// The changes in its base, packed.
    pub changes: u64,
    /// In how many parts these lie.
    pub change_parts: usize,
    /// How these are linked and who signed them, and what the base begins and ends with.
    pub outline: u64,
    /// The state that the changes come to.
    pub state: u64,
    /// What was appended since the base was written.
    pub appended: u64,
    /// In how many rows.
    pub appended_rows: usize,
    /// What waits for changes that are not here.
    pub waiting: u64,
    /// In how many rows.
    pub waiting_rows: usize,
    /// What can be undone.
    pub notes: u64,
}

impl Size {
    /// All of it.
    pub fn all(&self) -> u64 {
        self.changes + self.outline + self.state + self.appended + self.waiting + self.notes
    }
}

impl Size {
    /// That of a document.
    pub(crate) async fn of(transaction: &impl Rows, id: DocumentId) -> Result<Self, StoreError> {
        if transaction.document(&id).await?.is_none_or(|entry| entry.removed) {
            return Err(StoreError::UnknownDocument(id));
        }
        let mut size = Self::default();
        for part in transaction.parts(&id).await? {
            let bytes = part.bytes.len() as u64;
            match part.name.kind {
                Kind::Changes => {
                    size.changes += bytes;
                    size.change_parts += 1;
                }
                Kind::State => size.state += bytes,
                Kind::Head | Kind::Outline | Kind::Check => size.outline += bytes,
            }
        }
        for row in transaction.tail(&id).await? {
            size.appended += row.bytes;
            size.appended_rows += 1;
        }
        for (_, bytes) in transaction.waiting(&id).await? {
            size.waiting += bytes.len() as u64;
            size.waiting_rows += 1;
        }
        size.notes = transaction.notes(&id).await?.iter().map(|note| note.bytes.len() as u64).sum();
        Ok(size)
    }
}
