//! The base of a document: a saved document, put together of its parts.

use core::ops::Range;

use crdt_core::sorted::sort_by_key;
use crdt_core::{DocumentId, LoadError};

use super::check;
use crate::backend::{Check, Kind, Part, PartName, Rows};
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
        sort_by_key(&mut parts, |part| part.name);
        parts.dedup_by(is_copy);
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

/// Which outline is the copy: without one nothing of a base proves itself, so it is there twice.
pub(super) const COPY: u64 = 1;

/// Whether a part is the copy of the one before it, which it replaces if that is damaged.
fn is_copy(copy: &mut Part, part: &mut Part) -> bool {
    let is_copy = copy.name == PartName { first: COPY, kind: Kind::Outline }
        && part.name.kind == Kind::Outline;
    if is_copy && check(&part.bytes) != part.check && check(&copy.bytes) == copy.check {
        tracing::warn!("{}", not_as_written(&described(part.name)));
        core::mem::swap(copy, part);
    }
    is_copy
}

/// How it is said that something is damaged.
pub(crate) fn not_as_written(what: &str) -> String {
    format!("{what} is not what was written there")
}

pub(crate) fn described(PartName { kind, first }: PartName) -> String {
    match kind {
        Kind::Head => "the head of its base".to_owned(),
        Kind::Changes => format!("the part of its base with the changes from {first} on"),
        Kind::Outline if first == COPY => "the copy of the outline of its base".to_owned(),
        Kind::Outline => "the outline of its base".to_owned(),
        Kind::State => "the state in its base".to_owned(),
        Kind::Check => "the check of its base".to_owned(),
    }
}
