//! Text: elements are Unicode scalar values.

use core::ops::Range;

use thiserror::Error;

use super::chunk::TextChunk;
use super::content::{Content as _, Measure};
use super::piece::{Piece, Totals};
use super::{OutOfBounds, Sequence};
use crate::btree::Summary as _;
use crate::op::Id;

/// The size of a text in the code units of two encodings.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct TextMeasure {
    /// Bytes of UTF-8.
    pub(crate) utf8: usize,
    /// Code units of UTF-16.
    pub(crate) utf16: usize,
}

/// What characters take in two encodings beyond one code unit for each: nothing in ASCII, so that
/// of most of what is typed nothing changes but the number of characters.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct Excess {
    pub(super) utf8: usize,
    pub(super) utf16: usize,
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
    /// It lies beyond the end; position and length are in the units of the offset.
    #[error(transparent)]
    OutOfBounds(#[from] OutOfBounds),
    /// It lies between the code units of one character.
    #[error("offset {0} lies inside a character")]
    InsideChar(usize),
}

impl Unit {
    fn of(self, TextMeasure { utf8, utf16 }: TextMeasure) -> usize {
        match self {
            Self::Utf8 => utf8,
            Self::Utf16 => utf16,
        }
    }

    pub(super) fn of_char(self, char: char) -> usize {
        match self {
            Self::Utf8 => char.len_utf8(),
            Self::Utf16 => char.len_utf16(),
        }
    }
}

impl Excess {
    pub(super) fn of_char(char: char) -> Self {
        Self { utf8: char.len_utf8() - 1, utf16: char.len_utf16() - 1 }
    }

    /// The size of so many characters that have this excess.
    fn with(self, chars: usize) -> TextMeasure {
        TextMeasure { utf8: chars + self.utf8, utf16: chars + self.utf16 }
    }
}

impl Measure for Excess {
    #[inline]
    fn plus(self, other: Self) -> Self {
        Self { utf8: self.utf8 + other.utf8, utf16: self.utf16 + other.utf16 }
    }

    #[inline]
    fn minus(self, part: Self) -> Self {
        Self { utf8: self.utf8 - part.utf8, utf16: self.utf16 - part.utf16 }
    }
}

impl Totals<Excess> {
    fn size(&self) -> TextMeasure {
        self.measure.with(self.len)
    }
}

impl Sequence<TextChunk> {
    /// The size of the text.
    pub(crate) fn measure(&self) -> TextMeasure {
        self.tree.total().size()
    }

    /// Types one ASCII character on, if it goes on with the run that was typed last and there is
    /// room: what [`insert_at`](Self::insert_at) does, without a look at anything else.
    #[inline]
    pub(crate) fn type_ascii(&mut self, pos: usize, ascii: u8, id: Id) -> bool {
        self.type_on(pos, id, |run| run.type_ascii(ascii)) > 0
    }

    /// The index of the character that begins `offset` units into the text.
    pub(crate) fn index_of(&self, unit: Unit, offset: usize) -> Result<usize, OffsetError> {
        let len = unit.of(self.measure());
        if offset > len {
            return Err(OutOfBounds { pos: offset, len }.into());
        }
        let (mut left, mut index) = (offset, 0);
        let at = self.tree.find(|part| {
            let size = unit.of(part.size());
            let passes = left >= size;
            if passes {
                left -= size;
                index += part.len;
            }
            passes
        });
        match at.and_then(|at| self.tree.get(at).content()) {
            Some(chunk) => {
                Ok(index + chunk.index_at(unit, left).ok_or(OffsetError::InsideChar(offset))?)
            }
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
    pub(crate) fn offset_of(&self, unit: Unit, index: usize) -> Result<usize, OutOfBounds> {
        let beyond = || OutOfBounds { pos: index, len: self.len() };
        Ok(unit.of(self.measure_to(index).ok_or_else(beyond)?))
    }

    /// The size of the first `index` characters, if there are that many.
    fn measure_to(&self, index: usize) -> Option<TextMeasure> {
        if index >= self.len() {
            return (index == self.len()).then(|| self.measure());
        }
        let mut sum = Totals::default();
        let (spot, _) = self.locate(index)?;
        self.tree.before(spot.at, |part| sum.shift(&Totals::default(), part));
        let inside = self.tree.get(spot.at).content()?.excess_to(spot.offset);
        Some(sum.measure.plus(inside).with(index))
    }
}

impl Piece<TextChunk> {
    /// Appends one ASCII character to a visible run, if there is room. Tells how many that were,
    /// and what the run's summary gains.
    #[inline]
    fn type_ascii(&mut self, ascii: u8) -> (u32, Totals<Excess>) {
        let typed = self.content_mut().is_some_and(|content| content.type_ascii(ascii));
        (u32::from(typed), Totals { len: usize::from(typed), ..Totals::default() })
    }
}
