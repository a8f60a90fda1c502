//! Integers, lengths and strings of frames, each in exactly one spelling: LEB128 varints of minimal
//! length, as in documents.

use crdt_core::ChangeHash;

use super::violation::Malformed;

/// Appends an unsigned integer.
pub(super) fn put_varint(out: &mut Vec<u8>, mut value: u64) {
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}

/// Appends a length and the bytes.
pub(super) fn put_bytes(out: &mut Vec<u8>, bytes: &[u8]) {
    put_varint(out, bytes.len() as u64);
    out.extend_from_slice(bytes);
}

/// Appends how many there are, and each.
pub(super) fn put_hashes(out: &mut Vec<u8>, hashes: &[ChangeHash]) {
    put_varint(out, hashes.len() as u64);
    for hash in hashes {
        out.extend_from_slice(hash.as_bytes());
    }
}

/// A position in a frame that only moves forward, and never allocates on a claim.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a> {
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { rest: bytes }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn finish(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(Malformed::TrailingBytes) }
    }

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Malformed> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Malformed::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        let (taken, rest) = self.rest.split_first_chunk::<N>().ok_or(Malformed::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn varint(&mut self) -> Result<u64, Malformed> {
        let mut value = 0u64;
        for place in 0..10 {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if place == 9 && bits > 1 {
                return Err(Malformed::Integer);
            }
            value |= bits << (7 * place);
            if byte & 0x80 == 0 {
                let is_padded = bits == 0 && place > 0;
                return if is_padded { Err(Malformed::Integer) } else { Ok(value) };
            }
        }
        Err(Malformed::Integer)
    }

    /// How many of something there have been: so few that some more can be counted.
    pub(super) fn number(&mut self) -> Result<u64, Malformed> {
        self.varint()
            .and_then(|number| if number < 1 << 62 { Ok(number) } else { Err(Malformed::Integer) })
    }

    pub(super) fn varint32(&mut self) -> Result<u32, Malformed> {
        u32::try_from(self.varint()?).map_err(|_| Malformed::Integer)
    }

    /// A count of items that take at least so many bytes each; refused where the rest cannot hold
    /// them.
    pub(super) fn count(&mut self, least: usize) -> Result<usize, Malformed> {
        let count = usize::try_from(self.varint()?).map_err(|_| Malformed::Truncated)?;
        let fits = count.checked_mul(least).is_some_and(|bytes| bytes <= self.rest.len());
        if fits { Ok(count) } else { Err(Malformed::Truncated) }
    }

    /// A length and so many bytes, of which there may be no more than a limit.
    pub(super) fn bytes(&mut self, most: usize) -> Result<&'a [u8], Malformed> {
        let length = self.count(1)?;
        if length > most { Err(Malformed::TooLong) } else { self.take(length) }
    }

    pub(super) fn text(&mut self, most: usize) -> Result<&'a str, Malformed> {
        core::str::from_utf8(self.bytes(most)?).map_err(|_| Malformed::Text)
    }

    /// Hashes, strictly ascending, of which there may be no more than a limit.
    pub(super) fn hashes(&mut self, most: usize) -> Result<Vec<ChangeHash>, Malformed> {
        let count = self.count(32)?;
        if count > most {
            return Err(Malformed::TooLong);
        }
        let hashes: Result<Vec<_>, _> =
            (0..count).map(|_| Ok(ChangeHash::from_bytes(self.array()?))).collect();
        let hashes = hashes?;
        if hashes.is_sorted_by(|one, other| one < other) {
            Ok(hashes)
        } else {
            Err(Malformed::Unsorted)
        }
    }
}
