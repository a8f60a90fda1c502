use core::fmt;
use core::ops::{Bound, Range, RangeBounds};

use serde::{Serialize, Serializer};

use super::EditError;
use crate::sequence::{Sequence, TextChunk};

/// A part of a text, read by reference; made by [`TextView::slice`](super::TextView::slice) and
/// [`TextEditor::slice`](super::TextEditor::slice).
#[derive(Clone)]
pub struct TextSlice<'a> {
    text: &'a Sequence<TextChunk>,
    /// The positions in the text, which lie within it.
    range: Range<usize>,
}

impl<'a> TextSlice<'a> {
    /// The part of a text at positions that lie within it.
    pub(super) fn new(text: &'a Sequence<TextChunk>, range: Range<usize>) -> Self {
        Self { text, range }
    }

    /// How many Unicode scalar values there are.
    pub fn len(&self) -> usize {
        self.range.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.range.is_empty()
    }

    /// The pieces of the part in order; joined they are the part. O(log n) for the first one.
    pub fn chunks(&self) -> impl Iterator<Item = &'a str> + use<'a> {
        self.text.text_in(self.range.clone())
    }

    /// The scalar values in order. O(log n) for the first one.
    pub fn chars(&self) -> impl Iterator<Item = char> + use<'a> {
        self.chunks().flat_map(str::chars)
    }
}

/// The part of the text.
impl fmt::Display for TextSlice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.chunks().try_for_each(|chunk| f.write_str(chunk))
    }
}

impl fmt::Debug for TextSlice<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_string().fmt(f)
    }
}

/// As a string.
impl Serialize for TextSlice<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl PartialEq<str> for TextSlice<'_> {
    fn eq(&self, other: &str) -> bool {
        joined(self.chunks(), other)
    }
}

impl PartialEq<&str> for TextSlice<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}

impl PartialEq<String> for TextSlice<'_> {
    fn eq(&self, other: &String) -> bool {
        *self == **other
    }
}

/// Whether chunks, joined, are this text.
pub(super) fn joined<'c>(mut chunks: impl Iterator<Item = &'c str>, text: &str) -> bool {
    let mut rest = text;
    chunks.all(|chunk| rest.strip_prefix(chunk).inspect(|after| rest = after).is_some())
        && rest.is_empty()
}

/// The positions that a range means in a list or text of some length.
///
/// # Errors
/// [`EditError::OutOfRange`] if they do not lie within it, [`EditError::InvertedRange`] if the start
/// lies behind the end.
pub(super) fn positions(
    range: &impl RangeBounds<usize>,
    length: usize,
) -> Result<Range<usize>, EditError> {
    let Range { start, end } = bounds(range, || length);
    forwards(start..end)?;
    if end > length {
        return Err(EditError::OutOfRange { position: end, length });
    }
    Ok(start..end)
}

/// The range, unless it ends before it starts.
pub(super) fn forwards(range: Range<usize>) -> Result<Range<usize>, EditError> {
    let Range { start, end } = range;
    if start > end { Err(EditError::InvertedRange { start, end }) } else { Ok(range) }
}

/// The positions that a range means, not checked against the length, which is asked for only if the
/// range has no end.
#[inline]
pub(super) fn bounds(
    range: &impl RangeBounds<usize>,
    length: impl FnOnce() -> usize,
) -> Range<usize> {
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(last) => last.saturating_add(1),
        Bound::Excluded(end) => *end,
        Bound::Unbounded => length(),
    };
    start..end
}
