//! Text: elements are Unicode scalar values.

use core::ops::Range;

use thiserror::Error;

use super::Sequence;
use super::content::{Content, Measure};
use super::piece::Totals;
use crate::btree::Summary as _;

/// The most bytes a run holds.
const CAP: usize = 256;

/// Some visible text.
#[derive(Clone, Default, Debug)]
pub(crate) struct TextChunk {
    text: String,
    chars: u32,
    utf16: u32,
}

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

    fn of_char(self, char: char) -> usize {
        match self {
            Self::Utf8 => char.len_utf8(),
            Self::Utf16 => char.len_utf16(),
        }
    }
}

impl TextChunk {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// The character at an index.
    pub(crate) fn char_at(&self, index: u32) -> Option<char> {
        if self.is_ascii() {
            return self.text.as_bytes().get(index as usize).map(|&byte| char::from(byte));
        }
        self.text.chars().nth(index as usize)
    }

    fn is_ascii(&self) -> bool {
        self.text.len() == self.chars as usize
    }

    /// Appends a text and says how many characters it has, and its size.
    fn push_str(&mut self, text: &str) -> (u32, TextMeasure) {
        let (chars, utf16) = if let [byte @ ..=0x7F] = text.as_bytes() {
            // Typing is worth a shorter way.
            self.text.push(char::from(*byte));
            (1, 1)
        } else {
            self.text.push_str(text);
            count(text)
        };
        self.chars += chars;
        self.utf16 += utf16;
        (chars, TextMeasure { utf8: text.len(), utf16: utf16 as usize })
    }

    /// The size of the first characters.
    fn measure_to(&self, index: u32) -> TextMeasure {
        let index = index as usize;
        if self.is_ascii() {
            return TextMeasure { utf8: index, utf16: index };
        }
        let sizes = self.text.chars().take(index).map(TextMeasure::of_char);
        sizes.fold(TextMeasure::default(), Measure::plus)
    }

    /// The number of characters in the first `offset` units.
    fn index_at(&self, unit: Unit, offset: usize) -> Result<usize, OffsetError> {
        if self.is_ascii() {
            return Ok(offset);
        }
        let mut units = 0;
        for (index, char) in self.text.chars().enumerate() {
            if units >= offset {
                return if units == offset { Ok(index) } else { Err(OffsetError::InsideChar) };
            }
            units += unit.of_char(char);
        }
        if units == offset { Ok(self.chars as usize) } else { Err(OffsetError::InsideChar) }
    }
}

/// Characters and UTF-16 units of a text no longer than a run.
fn count(text: &str) -> (u32, u32) {
    let (chars, utf16) = if text.is_ascii() {
        (text.len(), text.len())
    } else {
        (text.chars().count(), text.encode_utf16().count())
    };
    let small = |count| u32::try_from(count).expect("runs are short");
    (small(chars), small(utf16))
}

impl Content for TextChunk {
    type Measure = TextMeasure;
    type Source<'a> = &'a str;
    type Removed = ();

    fn len(&self) -> u32 {
        self.chars
    }

    fn measure(&self) -> TextMeasure {
        TextMeasure { utf8: self.text.len(), utf16: self.utf16 as usize }
    }

    fn split_off(&mut self, at: u32) -> Self {
        let text = self.text.split_off(self.measure_to(at).utf8);
        let (chars, utf16) = count(&text);
        self.chars -= chars;
        self.utf16 -= utf16;
        Self { text, chars, utf16 }
    }

    fn remove(&mut self, range: Range<u32>) {
        if self.is_ascii() {
            let len = range.end - range.start;
            self.chars -= len;
            self.utf16 -= len;
            self.text.drain(range.start as usize..range.end as usize);
            return;
        }
        let start = self.measure_to(range.start).utf8;
        let end = self.measure_to(range.end).utf8;
        let (chars, utf16) = count(&self.text[start..end]);
        self.chars -= chars;
        self.utf16 -= utf16;
        self.text.drain(start..end);
    }

    fn fill(&mut self, source: &mut &str) -> (u32, TextMeasure) {
        let mut room = CAP - self.text.len();
        if source.len() <= room {
            return self.push_str(core::mem::take(source));
        }
        while !source.is_char_boundary(room) {
            room -= 1;
        }
        let (taken, rest) = source.split_at(room);
        *source = rest;
        self.push_str(taken)
    }

    fn is_exhausted(source: &&str) -> bool {
        source.is_empty()
    }
}

impl TextMeasure {
    fn of_char(char: char) -> Self {
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
