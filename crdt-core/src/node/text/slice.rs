use core::fmt;
use core::ops::Range;

use serde::{Serialize, Serializer};

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
