//! Places of a document, with who wrote what is there.

use std::ops::Range;

use crdt_core::serde_json::Value;
use crdt_core::{BlameRun, ChangeHash, PlaceBlame};

/// A place, what is there, and who wrote that.
pub(super) struct Place<'p> {
    pub(super) pointer: String,
    pub(super) value: &'p Value,
    pub(super) blame: PlaceBlame<'p>,
}

/// Characters of a text that lie side by side and came with one change.
pub(super) struct Run<'p> {
    pub(super) characters: Range<usize>,
    pub(super) text: &'p str,
    pub(super) change: ChangeHash,
}

impl<'p> Place<'p> {
    /// A place of a document.
    pub(super) fn new(document: &'p Value, pointer: String, blame: PlaceBlame<'p>) -> Self {
        let value = document.pointer(&pointer).unwrap_or(&Value::Null);
        Self { pointer, value, blame }
    }

    /// The text in runs, if it is one that is edited character by character, and not empty.
    pub(super) fn runs(&self) -> Option<impl Iterator<Item = Run<'p>>> {
        let mut rest = self.value.as_str().filter(|_| !self.blame.runs.is_empty())?;
        let changes = self.blame.runs.iter().flat_map(BlameRun::changes);
        Some(changes.map(move |(characters, change)| {
            let end = rest.char_indices().nth(characters.len()).map_or(rest.len(), |(end, _)| end);
            let (text, after) = rest.split_at(end);
            rest = after;
            Run { characters, text, change }
        }))
    }
}
