//! Reading from a byte slice.

use super::DecodeError;
use super::mark::unexpected;

/// The most bytes of a varint.
const MOST_IN_VARINT: usize = 10;

/// A position in a byte string that only moves forward.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reader<'a> {
    rest: &'a [u8],
}

/// Cuts a text behind so many characters, if it has as many.
pub(crate) fn split_text(text: &str, chars: u32) -> Option<(&str, &str)> {
    let chars = chars as usize;
    if text.as_bytes().get(..chars).is_some_and(<[u8]>::is_ascii) {
        return Some(text.split_at(chars));
    }
    let mut ends = text.char_indices().map(|(start, _)| start).chain([text.len()]);
    Some(text.split_at(ends.nth(chars)?))
}

impl<'a> Reader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    /// The bytes not read yet.
    pub(crate) fn rest(&self) -> &'a [u8] {
        self.rest
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    /// Refuses bytes after the end of what was to be read.
    pub(crate) fn finish(&self) -> Result<(), DecodeError> {
        if self.rest.is_empty() { Ok(()) } else { Err(DecodeError::TrailingBytes) }
    }

    /// The next `count` bytes.
    #[inline]
    pub(crate) fn take(&mut self, count: usize) -> Result<&'a [u8], DecodeError> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    /// Everything that is left.
    #[inline]
    pub(crate) fn take_rest(&mut self) -> &'a [u8] {
        core::mem::take(&mut self.rest)
    }

    #[inline]
    pub(crate) fn byte(&mut self) -> Result<u8, DecodeError> {
        let (first, rest) = self.rest.split_first().ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(*first)
    }

    /// The next `N` bytes as an array.
    #[inline]
    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], DecodeError> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(DecodeError::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    /// What data of a kind begins with. Bytes that are too short but begin so are cut; others,
    /// however few there are, are something else.
    pub(crate) fn mark(&mut self, mark: &[u8]) -> Result<(), DecodeError> {
        if let Some(rest) = self.rest.strip_prefix(mark) {
            self.rest = rest;
            return Ok(());
        }
        let is_cut = mark.starts_with(self.rest);
        Err(if is_cut { DecodeError::Truncated } else { unexpected(self.rest, mark) })
    }

    /// An unsigned varint in its minimal spelling. Most take one byte.
    #[inline]
    pub(crate) fn varint(&mut self) -> Result<u64, DecodeError> {
        match self.rest.split_first() {
            Some((byte @ ..0x80, rest)) => {
                self.rest = rest;
                Ok(u64::from(*byte))
            }
            _ => self.long_varint(),
        }
    }

    fn long_varint(&mut self) -> Result<u64, DecodeError> {
        let mut value = 0u64;
        for (place, byte) in self.rest.iter().take(MOST_IN_VARINT).enumerate() {
            let bits = u64::from(byte & 0x7f);
            if place + 1 == MOST_IN_VARINT && bits > 1 {
                return Err(DecodeError::VarintOverflow);
            }
            value |= bits << (7 * place);
            if byte & 0x80 == 0 {
                self.rest = &self.rest[place + 1..];
                let padded = bits == 0 && place > 0;
                return if padded { Err(DecodeError::NonMinimalVarint) } else { Ok(value) };
            }
        }
        let is_cut = self.rest.len() < MOST_IN_VARINT;
        Err(if is_cut { DecodeError::Truncated } else { DecodeError::VarintOverflow })
    }

    /// A zigzag-folded signed varint.
    pub(crate) fn signed(&mut self) -> Result<i64, DecodeError> {
        self.varint().map(super::write::unzigzag)
    }

    /// A varint that must fit 32 bits: counters, indexes, sequence numbers.
    #[inline]
    pub(crate) fn varint32(&mut self) -> Result<u32, DecodeError> {
        match self.rest.split_first() {
            Some((byte @ ..0x80, rest)) => {
                self.rest = rest;
                Ok(u32::from(*byte))
            }
            _ => u32::try_from(self.long_varint()?).map_err(|_| DecodeError::VarintOverflow),
        }
    }

    /// A count of items that take at least `least` bytes each; refused when the input cannot hold
    /// that many, so that nothing is reserved for a claim.
    #[inline]
    pub(crate) fn count(&mut self, least: usize) -> Result<usize, DecodeError> {
        let count = usize::try_from(self.varint()?).map_err(|_| DecodeError::Truncated)?;
        match count.checked_mul(least.max(1)) {
            Some(bytes) if bytes <= self.rest.len() => Ok(count),
            _ => Err(DecodeError::Truncated),
        }
    }

    /// A length in bytes and then the bytes.
    #[inline]
    pub(crate) fn bytes(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.count(1)?;
        self.take(length)
    }

    /// A length in bytes and then UTF-8 text.
    pub(crate) fn text(&mut self) -> Result<&'a str, DecodeError> {
        core::str::from_utf8(self.bytes()?).map_err(|_| DecodeError::InvalidUtf8)
    }
}
