//! The text of one run, kept in place while it is short.

use core::ops::Range;

use super::content::{Content, Measure};
use super::text::{OffsetError, TextMeasure, Unit};

/// The most bytes a run holds.
const CAP: usize = 256;

/// The most bytes kept in place. Most runs of an edited text are shorter.
const SHORT: usize = 14;

/// Some visible text.
#[derive(Clone, Debug)]
pub(crate) struct TextChunk(Form);

#[derive(Clone, Debug)]
enum Form {
    /// ASCII.
    Short { len: u8, bytes: [u8; SHORT] },
    /// Any text.
    Long(Box<Long>),
}

#[derive(Clone, Debug)]
struct Long {
    text: String,
    chars: u32,
    utf16: u32,
}

impl Default for TextChunk {
    fn default() -> Self {
        Self(Form::Short { len: 0, bytes: [0; SHORT] })
    }
}

impl From<&str> for TextChunk {
    fn from(text: &str) -> Self {
        let mut chunk = Self::default();
        chunk.push_str(text);
        chunk
    }
}

impl TextChunk {
    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        match &self.0 {
            Form::Short { len, bytes } => {
                core::str::from_utf8(&bytes[..usize::from(*len)]).unwrap_or_default()
            }
            Form::Long(long) => &long.text,
        }
    }

    /// The character at an index.
    pub(crate) fn char_at(&self, index: u32) -> Option<char> {
        let text = self.as_str();
        if self.is_ascii() {
            return text.as_bytes().get(index as usize).map(|&byte| char::from(byte));
        }
        text.chars().nth(index as usize)
    }

    fn is_ascii(&self) -> bool {
        match &self.0 {
            Form::Short { .. } => true,
            Form::Long(long) => long.is_ascii(),
        }
    }

    /// Appends a text and says how many characters it has, and its size.
    #[inline]
    fn push_str(&mut self, text: &str) -> (u32, TextMeasure) {
        let (chars, measure) = measure_of(text);
        match &mut self.0 {
            Form::Long(long) => long.push(text, chars, measure),
            Form::Short { len, bytes } => {
                let (start, end) = (usize::from(*len), usize::from(*len) + text.len());
                if end <= SHORT && chars as usize == text.len() {
                    bytes[start..end].copy_from_slice(text.as_bytes());
                    *len = u8::try_from(end).unwrap_or(*len);
                } else {
                    self.lengthen(text, chars, measure);
                }
            }
        }
        (chars, measure)
    }

    /// Appends to a short text what makes it a long one.
    #[cold]
    fn lengthen(&mut self, text: &str, chars: u32, measure: TextMeasure) {
        let (before, len) = (self.as_str(), self.len());
        let mut all = String::with_capacity(before.len() + text.len());
        all.push_str(before);
        let mut long = Long { text: all, chars: len, utf16: len };
        long.push(text, chars, measure);
        self.0 = Form::Long(Box::new(long));
    }

    /// Takes a long text back in place if that leaves it room to grow.
    fn shorten(&mut self) {
        if let Form::Long(long) = &self.0
            && long.text.len() <= SHORT / 2
            && long.is_ascii()
        {
            *self = Self::from(long.text.as_str());
        }
    }

    /// The size of the first characters.
    pub(super) fn measure_to(&self, index: u32) -> TextMeasure {
        let index = index as usize;
        if self.is_ascii() {
            return TextMeasure { utf8: index, utf16: index };
        }
        let sizes = self.as_str().chars().take(index).map(TextMeasure::of_char);
        sizes.fold(TextMeasure::default(), Measure::plus)
    }

    /// The number of characters in the first `offset` units.
    pub(super) fn index_at(&self, unit: Unit, offset: usize) -> Result<usize, OffsetError> {
        if self.is_ascii() {
            return Ok(offset);
        }
        let (mut units, mut chars) = (0, 0);
        for char in self.as_str().chars() {
            if units >= offset {
                break;
            }
            units += unit.of_char(char);
            chars += 1;
        }
        if units == offset { Ok(chars) } else { Err(OffsetError::InsideChar) }
    }
}

impl Long {
    fn is_ascii(&self) -> bool {
        self.text.len() == self.chars as usize
    }

    #[inline]
    fn push(&mut self, text: &str, chars: u32, measure: TextMeasure) {
        if let [byte @ ..=0x7F] = text.as_bytes() {
            // Typing is worth a shorter way.
            self.text.push(char::from(*byte));
        } else {
            self.text.push_str(text);
        }
        self.chars += chars;
        self.utf16 += small(measure.utf16);
    }

    #[inline]
    fn remove(&mut self, bytes: Range<usize>) {
        let (chars, measure) = measure_of(&self.text[bytes.clone()]);
        self.chars -= chars;
        self.utf16 -= small(measure.utf16);
        if bytes.end == self.text.len() {
            self.text.truncate(bytes.start);
        } else {
            self.text.drain(bytes);
        }
    }
}

/// Characters and size of a text no longer than a run.
#[inline]
fn measure_of(text: &str) -> (u32, TextMeasure) {
    let len = text.len();
    if matches!(text.as_bytes(), [..=0x7F]) || text.is_ascii() {
        return (small(len), TextMeasure { utf8: len, utf16: len });
    }
    let utf16 = text.encode_utf16().count();
    (small(text.chars().count()), TextMeasure { utf8: len, utf16 })
}

fn small(count: usize) -> u32 {
    u32::try_from(count).expect("runs are short")
}

impl Content for TextChunk {
    type Measure = TextMeasure;
    type Source<'a> = &'a str;
    type Removed = ();

    #[inline]
    fn len(&self) -> u32 {
        match &self.0 {
            Form::Short { len, .. } => u32::from(*len),
            Form::Long(long) => long.chars,
        }
    }

    #[inline]
    fn measure(&self) -> TextMeasure {
        match &self.0 {
            Form::Short { len, .. } => {
                TextMeasure { utf8: usize::from(*len), utf16: usize::from(*len) }
            }
            Form::Long(long) => TextMeasure { utf8: long.text.len(), utf16: long.utf16 as usize },
        }
    }

    fn split_off(&mut self, at: u32) -> Self {
        let start = self.measure_to(at).utf8;
        let rest = Self::from(&self.as_str()[start..]);
        self.remove(at..self.len());
        rest
    }

    #[inline]
    fn remove(&mut self, range: Range<u32>) {
        let ends = self.measure_to(range.start).utf8..self.measure_to(range.end).utf8;
        match &mut self.0 {
            Form::Short { len, bytes } => {
                let left = usize::from(*len) - ends.len();
                bytes.copy_within(ends.end..usize::from(*len), ends.start);
                *len = u8::try_from(left).unwrap_or(*len);
            }
            Form::Long(long) => {
                long.remove(ends);
                if long.text.len() <= SHORT / 2 {
                    self.shorten();
                }
            }
        }
    }

    #[inline]
    fn fill(&mut self, source: &mut &str) -> (u32, TextMeasure) {
        let mut room = CAP - self.measure().utf8;
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
