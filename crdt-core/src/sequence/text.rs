//! Text: elements are Unicode scalar values.

use core::ops::Range;

use thiserror::Error;

use super::Sequence;
use super::chunk::TextChunk;
use super::content::{Content as _, Measure};
use super::piece::Totals;
use crate::btree::Summary as _;

/// The size of a text in the code units of two encodings.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct TextMeasure {
    /// Bytes of UTF-8.
    pub(crate) utf8: usize,
    /// Code units of UTF-16.
    pub(crate) utf16: usize,
}

/// What an offset counts.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unit {
    /// Bytes of UTF-8.
    Utf8,
    /// Code units of UTF-16.
    Utf16,
}

/// Why an offset is not a place in a text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
pub(crate) enum OffsetError {
    /// It lies beyond the end.
    #[error("the offset lies beyond the end of the text")]
    OutOfBounds,
    /// It lies between the code units of one character.
    #[error("the offset lies inside a character")]
    InsideChar,
}

impl Unit {
    fn of(self, measure: TextMeasure) -> usize {
        match self {
            Self::Utf8 => measure.utf8,
            Self::Utf16 => measure.utf16,
        }
    }

    pub(super) fn of_char(self, char: char) -> usize {
        match self {
            Self::Utf8 => char.len_utf8(),
            Self::Utf16 => char.len_utf16(),
        }
    }
}

impl TextMeasure {
    pub(super) fn of_char(char: char) -> Self {
        Self { utf8: char.len_utf8(), utf16: char.len_utf16() }
    }
}

impl Measure for TextMeasure {
    fn plus(self, other: Self) -> Self {
        Self { utf8: self.utf8 + other.utf8, utf16: self.utf16 + other.utf16 }
    }

    fn minus(self, part: Self) -> Self {
        Self { utf8: self.utf8 - part.utf8, utf16: self.utf16 - part.utf16 }
    }
}

impl Sequence<TextChunk> {
    /// The index of the character that begins `offset` units into the text.
    pub(crate) fn index_of(&self, unit: Unit, offset: usize) -> Result<usize, OffsetError> {
        if offset > unit.of(self.measure()) {
            return Err(OffsetError::OutOfBounds);
        }
        let (mut left, mut index) = (offset, 0);
        let at = self.tree.find(|part| {
            let passes = left >= unit.of(part.measure);
            if passes {
                left -= unit.of(part.measure);
                index += part.len;
            }
            passes
        });
        match at.and_then(|at| self.tree.get(at).content()) {
            Some(chunk) => Ok(index + chunk.index_at(unit, left)?),
            None => Ok(index),
        }
    }

    /// The pieces of the text at some positions, which lie within it. O(log n) for the first one.
    pub(crate) fn text_in(&self, range: Range<usize>) -> impl Iterator<Item = &str> {
        let first = self.locate(range.start).map(|(spot, _)| spot);
        let (gap, mut start) = first.map_or((self.tree.end(), 0), |spot| (spot.at, spot.offset));
        let mut left = range.len();
        let chunks = self.tree.iter_from(gap).filter_map(|piece| piece.content());
        chunks.map_while(move |chunk| {
            let from = core::mem::take(&mut start);
            let rest = chunk.len() - from;
            let taken = u32::try_from(left).map_or(rest, |left| rest.min(left));
            left -= taken as usize;
            (taken > 0).then(|| chunk.slice(from..from + taken))
        })
    }

    /// How many units the first `index` characters take.
    pub(crate) fn offset_of(&self, unit: Unit, index: usize) -> Result<usize, OffsetError> {
        Ok(unit.of(self.measure_to(index).ok_or(OffsetError::OutOfBounds)?))
    }

    /// The size of the first `index` characters, if there are that many.
    fn measure_to(&self, index: usize) -> Option<TextMeasure> {
        if index >= self.len() {
            return (index == self.len()).then(|| self.measure());
        }
        let mut sum = Totals::default();
        let (spot, _) = self.locate(index)?;
        self.tree.before(spot.at, |part| sum.shift(&Totals::default(), part));
        let inside = self.tree.get(spot.at).content()?.measure_to(spot.offset);
        Some(sum.measure.plus(inside))
    }
}
