use core::fmt;
use core::ops::RangeBounds;

use super::TextState;
use super::slice::TextSlice;
use super::view::{TextView, read_text};
use crate::history::Chains;
use crate::node::cursor::{cursor_at, resolve};
use crate::node::positions::{bounds, positions};
use crate::node::{Cursor, EditError, ElementId, Resolved, Scope};
use crate::op::Side;
use crate::sequence::{Sequence, TextChunk, Unit};

/// Edits a text. Positions are Unicode scalar values.
pub struct TextEditor<'a> {
    pub(super) state: &'a mut TextState,
    pub(super) scope: Scope<'a>,
}

impl TextEditor<'_> {
    read_text!();

    /// Views the text, as it is now.
    pub fn view(&self) -> TextView<'_> {
        TextView { state: self.state, chains: self.chains() }
    }

    pub(super) fn chains(&self) -> &Chains {
        self.scope.chains()
    }

    fn sequence(&self) -> &Sequence<TextChunk> {
        self.state.sequence(self.chains())
    }

    /// Inserts text so that it begins at a position. O(log n + its length).
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] beyond the end.
    pub fn insert(&mut self, position: usize, text: impl AsRef<str>) -> Result<(), EditError> {
        self.state.splice(&mut self.scope, position..position, text.as_ref())
    }

    /// Appends text. O(log n + its length).
    ///
    /// # Errors
    /// None at present.
    pub fn push_str(&mut self, text: impl AsRef<str>) -> Result<(), EditError> {
        let end = self.len();
        self.state.splice(&mut self.scope, end..end, text.as_ref())
    }

    /// Makes the text read as another, by deleting and inserting the characters that differ, so
    /// that what others insert concurrently stays. O(n + m) in the lengths of the two, and more the
    /// more they differ.
    ///
    /// # Errors
    /// None at present.
    pub fn set(&mut self, text: impl AsRef<str>) -> Result<(), EditError> {
        self.state.reconcile(self.scope, text.as_ref())
    }

    /// Reads the pieces of the text in order, as [`TextView::chunks`](super::TextView::chunks)
    /// does.
    pub fn chunks(&self) -> impl Iterator<Item = &str> {
        self.state.chunks(self.chains())
    }

    /// Reads the scalar values in order.
    pub fn chars(&self) -> impl Iterator<Item = char> {
        self.chunks().flat_map(str::chars)
    }

    /// Reads the part of the text at a range of positions, without copying it. O(log n) to begin to
    /// read it, then its length.
    ///
    /// # Errors
    /// As [`TextView::slice`](super::TextView::slice).
    pub fn slice(&self, range: impl RangeBounds<usize>) -> Result<TextSlice<'_>, EditError> {
        let range = positions(&range, self.len())?;
        Ok(TextSlice::new(self.sequence(), range))
    }

    /// Deletes the characters at a range of positions. O(log n) for each stretch of characters that
    /// one author typed in sequence.
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] if it does not lie within the text, [`EditError::InvertedRange`]
    /// if it ends before it starts.
    pub fn delete(&mut self, range: impl RangeBounds<usize>) -> Result<(), EditError> {
        let range = bounds(&range, || self.len());
        self.state.splice(&mut self.scope, range, "")
    }

    /// Deletes a range of positions and inserts text in its place. Costs what the two cost.
    ///
    /// # Errors
    /// [`EditError::OutOfRange`] if the range does not lie within the text,
    /// [`EditError::InvertedRange`] if it ends before it starts.
    pub fn replace(
        &mut self,
        range: impl RangeBounds<usize>,
        text: impl AsRef<str>,
    ) -> Result<(), EditError> {
        let range = bounds(&range, || self.len());
        self.state.splice(&mut self.scope, range, text.as_ref())
    }

    /// Deletes everything that is here. What others insert concurrently stays.
    ///
    /// # Errors
    /// None at present.
    pub fn clear(&mut self) -> Result<(), EditError> {
        self.state.assign(self.scope, "")
    }
}

/// The text.
impl fmt::Display for TextEditor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.chunks(self.chains()).try_for_each(|chunk| f.write_str(chunk))
    }
}

impl fmt::Debug for TextEditor<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.state.to_text(self.chains()).fmt(f)
    }
}
