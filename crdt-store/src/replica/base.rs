//! The base of a document: a saved document, put together of its parts.

use core::ops::Range;

use crdt_core::{DocumentId, LoadError};

use super::check;
use crate::backend::{Check, Kind, PartName, Rows};
use crate::error::StoreError;

/// A saved document, and of which parts it is made.
pub(super) struct Base {
    bytes: Vec<u8>,
    parts: Vec<(PartName, Range<usize>, Check)>,
}

impl Base {
    /// That of a document, if it has one.
    pub(super) async fn read(
        transaction: &impl Rows,
        id: &DocumentId,
    ) -> Result<Option<Self>, StoreError> {
        let mut parts = transaction.parts(id).await?;
        if parts.is_empty() {
            return Ok(None);
        }
        parts.sort_unstable_by_key(|part| part.name);
        let mut base = Self {
            bytes: Vec::with_capacity(parts.iter().map(|part| part.bytes.len()).sum()),
            parts: Vec::with_capacity(parts.len()),
        };
        for part in parts {
            let start = base.bytes.len();
            base.bytes.extend_from_slice(&part.bytes);
            base.parts.push((part.name, start..base.bytes.len(), part.check));
        }
        Ok(Some(base))
    }

    /// The saved document, which says itself whether it is whole.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Why it did not load, and where it is damaged.
    pub(super) fn blamed(&self, id: &DocumentId, error: LoadError) -> StoreError {
        let damaged = |(_, range, known): &&(PartName, Range<usize>, Check)| {
            check(&self.bytes[range.clone()]) != *known
        };
        let part = match self.parts.iter().find(damaged) {
            Some((name, ..)) => not_as_written(&described(*name)),
            None if matches!(error, LoadError::OfAnotherType { .. }) => {
                return StoreError::Load(error);
            }
            None => format!("the parts of its base make no whole ({error})"),
        };
        StoreError::Damaged { document: *id, part }
    }
}

/// How it is said that something is damaged.
pub(crate) fn not_as_written(what: &str) -> String {
    format!("{what} is not what was written there")
}

pub(crate) fn described(PartName { kind, first }: PartName) -> String {
    match kind {
        Kind::Head => "the head of its base".to_owned(),
        Kind::Changes => format!("the part of its base with the changes from {first} on"),
        Kind::Outline => "the outline of its base".to_owned(),
        Kind::State => "the state in its base".to_owned(),
        Kind::Check => "the check of its base".to_owned(),
    }
}
