//! Reading and writing what frames are made of.

use super::ShorthandError as Error;

/// A place in a frame that only moves forward.
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

    pub(super) fn take(&mut self, count: usize) -> Result<&'a [u8], Error> {
        let (taken, rest) = self.rest.split_at_checked(count).ok_or(Error::Truncated)?;
        self.rest = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let (taken, rest) = self.rest.split_first_chunk().ok_or(Error::Truncated)?;
        self.rest = rest;
        Ok(*taken)
    }

    pub(super) fn byte(&mut self) -> Result<u8, Error> {
        let [byte] = self.array()?;
        Ok(byte)
    }

    /// A varint below 2^32.
    pub(super) fn varint(&mut self) -> Result<u32, Error> {
        let mut value = 0_u64;
        for shift in (0..35).step_by(7) {
            let byte = self.byte()?;
            value |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return u32::try_from(value).map_err(|_| Error::TooLarge("integer"));
            }
        }
        Err(Error::TooLarge("integer"))
    }

    /// A varint that counts what has to be in memory.
    pub(super) fn count(&mut self, limit: usize, what: &'static str) -> Result<usize, Error> {
        let count = usize::try_from(self.varint()?).map_err(|_| Error::TooLarge(what))?;
        if count > limit { Err(Error::TooLarge(what)) } else { Ok(count) }
    }
}

/// Appends an integer as a varint of seven bits a byte, the lowest first.
pub(super) fn write_varint(out: &mut Vec<u8>, value: usize) {
    let mut value = value;
    while value >= 0x80 {
        out.push(value.to_le_bytes()[0] | 0x80);
        value >>= 7;
    }
    out.push(value.to_le_bytes()[0]);
}
