//! The text of one run, kept in place while it is short.

use core::ops::Range;

use super::content::{Content, Measure};
use super::text::{Excess, Unit};
use crate::codec::split_text;

/// The most bytes kept in place. Most runs of an edited text are shorter.
const SHORT: usize = 14;

/// Some visible text.
#[derive(Clone, Debug)]
pub(crate) struct TextChunk(Form);

#[derive(Clone, Debug)]
#[expect(clippy::box_collection, reason = "a piece of 32 bytes is worth a step more to the text")]
enum Form {
    /// ASCII.
    Short { len: u8, bytes: [u8; SHORT] },
    /// Any text. Its size is at hand without a look at it.
    Long { size: Size, text: Box<String> },
}

/// Number of characters, and their [`Excess`].
#[derive(Clone, Copy, Debug)]
struct Size {
    chars: u16,
    utf8: u16,
    utf16: u16,
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
    /// The most bytes a run holds.
    pub(crate) const CAP: usize = 256;

    /// An ASCII text of at most [`SHORT`] bytes.
    #[inline]
    fn short(ascii: &[u8]) -> Self {
        let mut bytes = [0; SHORT];
        bytes[..ascii.len()].copy_from_slice(ascii);
        Self(Form::Short { len: u8::try_from(ascii.len()).unwrap_or_default(), bytes })
    }

    /// An ASCII text no longer than a run, that is not likely to be typed on.
    fn ascii(text: &str) -> Self {
        if text.len() <= SHORT {
            return Self::short(text.as_bytes());
        }
        let size = Size::ascii(small(text.len()));
        Self(Form::Long { size, text: Box::new(text.to_owned()) })
    }

    /// The text.
    pub(crate) fn as_str(&self) -> &str {
        match &self.0 {
            Form::Short { len, bytes } => {
                core::str::from_utf8(&bytes[..usize::from(*len)]).unwrap_or_default()
            }
            Form::Long { text, .. } => text,
        }
    }

    /// The character at an index.
    pub(crate) fn char_at(&self, index: u32) -> Option<char> {
        let text = self.as_str();
        if self.size().is_ascii() {
            return text.as_bytes().get(index as usize).map(|&byte| char::from(byte));
        }
        text.chars().nth(index as usize)
    }

    /// Some of the characters.
    pub(super) fn slice(&self, range: Range<u32>) -> &str {
        &self.as_str()[self.byte_at(range.start)..self.byte_at(range.end)]
    }

    #[inline]
    fn size(&self) -> Size {
        match self.0 {
            Form::Short { len, .. } => Size::ascii(u16::from(len)),
            Form::Long { size, .. } => size,
        }
    }

    /// Appends a text, and says what its size is.
    #[inline]
    fn push_str(&mut self, text: &str) -> Size {
        let more = Size::of(text);
        match &mut self.0 {
            Form::Long { size, text: all } => {
                all.push_str(text);
                *size = size.plus(more);
            }
            Form::Short { len, bytes } => {
                let (start, end) = (usize::from(*len), usize::from(*len) + text.len());
                if end <= SHORT && more.is_ascii() {
                    bytes[start..end].copy_from_slice(text.as_bytes());
                    *len = u8::try_from(end).unwrap_or(*len);
                } else {
                    self.lengthen(text, more);
                }
            }
        }
        more
    }

    /// Appends one character, as typing does, if there is room for it where the text is.
    #[inline]
    pub(super) fn type_ascii(&mut self, byte: u8) -> bool {
        match &mut self.0 {
            Form::Long { size, text } if size.bytes() < Self::CAP => {
                text.push(char::from(byte));
                size.chars += 1;
                true
            }
            Form::Short { len, bytes } if usize::from(*len) < SHORT => {
                bytes[usize::from(*len)] = byte;
                *len += 1;
                true
            }
            _ => false,
        }
    }

    /// Appends to a short text what makes it a long one.
    #[cold]
    fn lengthen(&mut self, text: &str, more: Size) {
        let before = self.as_str();
        let len = before.len() + text.len();
        // What was typed until now is likely to be typed on; what was cut off is not.
        let room = if before.is_empty() { len } else { len.next_power_of_two().max(32) };
        let mut all = String::with_capacity(room);
        all.push_str(before);
        all.push_str(text);
        self.0 = Form::Long { size: self.size().plus(more), text: Box::new(all) };
    }

    /// Takes a long text that has become short back in place.
    #[cold]
    fn shorten(&mut self) {
        if self.size().is_ascii() {
            *self = Self::short(self.as_str().as_bytes());
        }
    }

    /// Takes the end of an ASCII text away, as a backspace does.
    #[inline]
    fn drop_end(&mut self, from: u32) {
        match &mut self.0 {
            Form::Short { len, .. } => *len = u8::try_from(from).unwrap_or(*len),
            Form::Long { size, text } => {
                text.truncate(from as usize);
                size.chars = u16::try_from(from).unwrap_or(size.chars);
                if text.len() <= SHORT / 2 {
                    self.shorten();
                }
            }
        }
    }

    /// Where a character begins in the text.
    #[inline]
    fn byte_at(&self, index: u32) -> usize {
        index as usize + self.excess_to(index).utf8
    }

    /// The excess of the first characters.
    #[inline]
    pub(super) fn excess_to(&self, index: u32) -> Excess {
        if self.size().is_ascii() {
            return Excess::default();
        }
        let sizes = self.as_str().chars().take(index as usize).map(Excess::of_char);
        sizes.fold(Excess::default(), Measure::plus)
    }

    /// The number of characters in the first `offset` units, unless these end inside of one.
    pub(super) fn index_at(&self, unit: Unit, offset: usize) -> Option<usize> {
        if self.size().is_ascii() {
            return Some(offset);
        }
        let (mut units, mut chars) = (0, 0);
        for char in self.as_str().chars() {
            if units >= offset {
                break;
            }
            units += unit.of_char(char);
            chars += 1;
        }
        (units == offset).then_some(chars)
    }
}

impl Size {
    #[inline]
    fn ascii(len: u16) -> Self {
        Self { chars: len, utf8: 0, utf16: 0 }
    }

    /// The size of a text no longer than a run.
    #[inline]
    fn of(text: &str) -> Self {
        if matches!(text.as_bytes(), [..=0x7F]) || text.is_ascii() {
            return Self::ascii(small(text.len()));
        }
        let excess = text.chars().map(Excess::of_char).fold(Excess::default(), Measure::plus);
        let chars = text.len() - excess.utf8;
        Self { chars: small(chars), utf8: small(excess.utf8), utf16: small(excess.utf16) }
    }

    #[inline]
    fn is_ascii(self) -> bool {
        self.utf8 == 0
    }

    /// How many bytes the text takes in UTF-8.
    #[inline]
    fn bytes(self) -> usize {
        usize::from(self.chars) + usize::from(self.utf8)
    }

    #[inline]
    fn plus(self, more: Self) -> Self {
        Self {
            chars: self.chars + more.chars,
            utf8: self.utf8 + more.utf8,
            utf16: self.utf16 + more.utf16,
        }
    }

    #[inline]
    fn minus(self, part: Self) -> Self {
        Self {
            chars: self.chars - part.chars,
            utf8: self.utf8 - part.utf8,
            utf16: self.utf16 - part.utf16,
        }
    }

    #[inline]
    fn excess(self) -> Excess {
        Excess { utf8: usize::from(self.utf8), utf16: usize::from(self.utf16) }
    }
}

#[inline]
fn small(count: usize) -> u16 {
    u16::try_from(count).expect("runs are short")
}

impl Content for TextChunk {
    type Measure = Excess;
    type Source<'a> = &'a str;
    type Removed = String;
    const MOVABLE: bool = false;

    #[inline]
    fn len(&self) -> u32 {
        u32::from(self.size().chars)
    }

    #[inline]
    fn measure(&self) -> Excess {
        self.size().excess()
    }

    fn split_off(&mut self, at: u32) -> Self {
        let rest = match &self.0 {
            Form::Short { len, bytes } => Self::short(&bytes[at as usize..usize::from(*len)]),
            Form::Long { size, text } if size.is_ascii() => Self::ascii(&text[at as usize..]),
            Form::Long { text, .. } => Self::from(&text[self.byte_at(at)..]),
        };
        self.truncate(at, None);
        rest
    }

    fn remove(&mut self, range: Range<u32>, kept: Option<&mut String>) -> Excess {
        let ends = self.byte_at(range.start)..self.byte_at(range.end);
        if let Some(kept) = kept {
            kept.push_str(&self.as_str()[ends.clone()]);
        }
        match &mut self.0 {
            Form::Short { len, bytes } => {
                let left = usize::from(*len) - ends.len();
                bytes.copy_within(ends.end..usize::from(*len), ends.start);
                *len = u8::try_from(left).unwrap_or(*len);
                Excess::default()
            }
            Form::Long { size, text } => {
                let gone = if size.is_ascii() {
                    Size::ascii(small(ends.len()))
                } else {
                    Size::of(&text[ends.clone()])
                };
                *size = size.minus(gone);
                text.drain(ends);
                if text.len() <= SHORT / 2 {
                    self.shorten();
                }
                gone.excess()
            }
        }
    }

    fn remove_all(self, kept: Option<&mut String>) {
        if let Some(kept) = kept {
            kept.push_str(self.as_str());
        }
    }

    #[inline]
    fn truncate(&mut self, at: u32, kept: Option<&mut String>) -> Excess {
        if !self.size().is_ascii() {
            return self.remove(at..self.len(), kept);
        }
        if let Some(kept) = kept {
            kept.push_str(&self.as_str()[at as usize..]);
        }
        self.drop_end(at);
        Excess::default()
    }

    fn take<'a>(source: &mut Self::Source<'a>, count: u32) -> Self::Source<'a> {
        let (taken, rest) = split_text(source, count).unwrap_or((source, ""));
        *source = rest;
        taken
    }

    fn fill(&mut self, source: &mut &str) -> (u32, Excess) {
        let mut room = Self::CAP - self.size().bytes();
        let taken = if source.len() <= room {
            core::mem::take(source)
        } else {
            while !source.is_char_boundary(room) {
                room -= 1;
            }
            let (taken, rest) = source.split_at(room);
            *source = rest;
            taken
        };
        let size = self.push_str(taken);
        (u32::from(size.chars), size.excess())
    }

    fn is_exhausted(source: &&str) -> bool {
        source.is_empty()
    }
}
