//! Places of a document, with who wrote what is there.

use std::io;
use std::ops::Range;

use crdt_core::serde_json::Value;
use crdt_core::{ChangeHash, PastJson, PlaceBlame, PointerError};

use crate::pointer::entry;

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
    /// Where a pointer leads in a version, which is this document.
    pub(super) fn at(
        past: &'p PastJson,
        pointer: &str,
        document: &'p Value,
    ) -> Result<Self, PointerError> {
        let blame = past.blame(pointer)?;
        let value = document.pointer(pointer).unwrap_or(&Value::Null);
        Ok(Self { pointer: pointer.to_owned(), value, blame })
    }

    /// Sees the place and then all below it, in order.
    pub(super) fn visit(
        &self,
        past: &'p PastJson,
        see: &mut impl FnMut(&Self) -> io::Result<()>,
    ) -> io::Result<()> {
        see(self)?;
        match self.value {
            Value::Object(entries) => {
                let mut below = entries.iter();
                below.try_for_each(|(key, value)| self.visit_below(past, key, value, see))
            }
            Value::Array(elements) => {
                let mut below = elements.iter().enumerate();
                below
                    .try_for_each(|(at, value)| self.visit_below(past, &at.to_string(), value, see))
            }
            _ => Ok(()),
        }
    }

    fn visit_below(
        &self,
        past: &'p PastJson,
        key: &str,
        value: &'p Value,
        see: &mut impl FnMut(&Self) -> io::Result<()>,
    ) -> io::Result<()> {
        let pointer = entry(&self.pointer, key);
        let blame = past.blame(&pointer).map_err(io::Error::other)?;
        Self { pointer, value, blame }.visit(past, see)
    }

    /// The text in runs, if it is one that is edited character by character, and not empty.
    pub(super) fn runs(&self) -> Option<impl Iterator<Item = Run<'p>>> {
        let mut rest = self.value.as_str().filter(|_| !self.blame.runs.is_empty())?;
        let changes = self.blame.runs.iter().flat_map(|run| run.changes());
        Some(changes.map(move |(characters, change)| {
            let end = rest.char_indices().nth(characters.len()).map_or(rest.len(), |(end, _)| end);
            let (text, after) = rest.split_at(end);
            rest = after;
            Run { characters, text, change }
        }))
    }
}
