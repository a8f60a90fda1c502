use std::time::SystemTime;

use crdt_core::DocumentId;

/// A document as the store [lists](crate::Store::documents) it, without opening it.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Listing {
    /// Its id.
    pub id: DocumentId,
    /// The name of the type that it was created as; `None` as long as nothing of it has come.
    pub type_name: Option<String>,
    /// What the app calls it.
    pub title: Option<String>,
    /// How many changes it has.
    pub changes: u64,
    /// How many bytes its changes and its state take in the store; without what waits for others and
    /// what can be undone, which are in [`Store::size`](crate::Store::size).
    pub bytes: u64,
    /// When something was last written to it, by this machine's clock.
    pub changed_at: SystemTime,
}

impl Listing {
    /// A document of which nothing is known yet but its id.
    pub fn new(id: DocumentId) -> Self {
        Self {
            id,
            type_name: None,
            title: None,
            changes: 0,
            bytes: 0,
            changed_at: SystemTime::UNIX_EPOCH,
        }
    }
}
