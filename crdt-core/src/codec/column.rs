//! Columns: many integers of one meaning, repeated ones as runs.
//!
//! A column is a sequence of parts. Each begins with a varint `n`: if it is even, `n / 2` times the
//! one value that follows; if it is odd, `n / 2` values that follow one by one. None is empty, and
//! no two that follow on each other could be one. Signed values are zigzag-folded.

use super::{DecodeError, Reader, write};

/// From so many equal values on they are written as a run.
const RUN: u64 = 3;

/// Collects a column.
#[derive(Clone, Debug, Default)]
pub(crate) struct ColumnWriter {
    out: Vec<u8>,
    /// Values that are to be written one by one, and how many they are.
    single: Vec<u8>,
    singles: u64,
    /// The last value, and how often it has come in a row.
    last: u64,
    count: u64,
}

impl ColumnWriter {
    #[inline]
    pub(crate) fn push(&mut self, value: u64) {
        if self.count > 0 && value == self.last {
            self.count += 1;
            return;
        }
        self.settle();
        (self.last, self.count) = (value, 1);
    }

    pub(crate) fn push_signed(&mut self, value: i64) {
        self.push(write::zigzag(value));
    }

    /// How far `value` lies from `near`, around the end of 32 bits if that is shorter.
    pub(crate) fn push_near(&mut self, value: u32, near: u32) {
        self.push_signed(i64::from(value.wrapping_sub(near).cast_signed()));
    }

    fn settle(&mut self) {
        if self.count >= RUN {
            self.write_single();
            write::varint(&mut self.out, self.count << 1);
            write::varint(&mut self.out, self.last);
        } else {
            (0..self.count).for_each(|_| write::varint(&mut self.single, self.last));
            self.singles += self.count;
        }
        self.count = 0;
    }

    fn write_single(&mut self) {
        if self.singles > 0 {
            write::varint(&mut self.out, self.singles << 1 | 1);
            self.out.append(&mut self.single);
            self.singles = 0;
        }
    }

    /// The bytes of the column.
    pub(crate) fn finish(mut self) -> Vec<u8> {
        self.settle();
        self.write_single();
        self.out
    }
}

/// The bytes of several columns, each with its length.
pub(crate) fn write_columns(columns: impl IntoIterator<Item = ColumnWriter>) -> Vec<u8> {
    let mut out = Vec::new();
    for column in columns {
        write::bytes(&mut out, &column.finish());
    }
    out
}

/// The columns that [`write_columns`] wrote.
pub(crate) fn read_columns<const N: usize>(
    bytes: &[u8],
) -> Result<[ColumnReader<'_>; N], DecodeError> {
    let mut reader = Reader::new(bytes);
    let mut columns = [const { ColumnReader::new(&[]) }; N];
    for column in &mut columns {
        *column = ColumnReader::new(reader.bytes()?);
    }
    reader.finish()?;
    Ok(columns)
}

/// Reads a column from its beginning.
#[derive(Clone, Debug)]
pub(crate) struct ColumnReader<'a> {
    reader: Reader<'a>,
    /// How many values are left of the part that was begun.
    left: u64,
    part: Part,
}

/// The part of a column that was begun last.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Part {
    /// None was.
    None,
    /// One value, several times.
    Run(u64),
    /// Values one by one.
    Singles,
}

impl<'a> ColumnReader<'a> {
    pub(crate) const fn new(bytes: &'a [u8]) -> Self {
        Self { reader: Reader::new(bytes), left: 0, part: Part::None }
    }

    /// The next value.
    #[inline]
    pub(crate) fn read(&mut self) -> Result<u64, DecodeError> {
        if self.left == 0 {
            self.begin_part()?;
        }
        self.left -= 1;
        match self.part {
            Part::Run(value) => Ok(value),
            Part::Singles | Part::None => self.reader.varint(),
        }
    }

    fn begin_part(&mut self) -> Result<(), DecodeError> {
        let head = self.reader.varint()?;
        let part = if head & 1 == 0 { Part::Run(self.reader.varint()?) } else { Part::Singles };
        if head < 2 || part == self.part {
            return Err(DecodeError::NotShortest("a column"));
        }
        (self.left, self.part) = (head >> 1, part);
        Ok(())
    }

    /// The next value, which must fit 32 bits.
    pub(crate) fn read_u32(&mut self) -> Result<u32, DecodeError> {
        u32::try_from(self.read()?).map_err(|_| DecodeError::VarintOverflow)
    }

    pub(crate) fn read_signed(&mut self) -> Result<i64, DecodeError> {
        Ok(write::unzigzag(self.read()?))
    }

    /// The next value, given what it lies near to.
    pub(crate) fn read_near(&mut self, near: u32) -> Result<u32, DecodeError> {
        let distance = i32::try_from(self.read_signed()?);
        let distance = distance.map_err(|_| DecodeError::VarintOverflow)?;
        Ok(near.wrapping_add_signed(distance))
    }

    /// Refuses values that were never read.
    pub(crate) fn finish(&self) -> Result<(), DecodeError> {
        if self.left > 0 { Err(DecodeError::TrailingBytes) } else { self.reader.finish() }
    }
}
