//! What of a saved history is read as soon as it is opened: its chains, without hashes and bodies.
//!
//! Chains are written as streaks in order of admission, so that they come out as they were, with the
//! same numbers for segments and changes. Of hashes only those are written that whoever goes on from
//! here needs: of the last change of every segment. `docs/wire-format.md` describes it field by field.

use crate::codec::{
    ColumnReader, ColumnWriter, DecodeError, Reader, read_block, read_columns, write, write_block,
    write_columns,
};
use crate::crypto::{Author, ChangeHash, Signature};
use crate::history::coverage::stretches::Cuts;
use crate::history::store::History;
use crate::history::store::archive::Archive;
use crate::history::store::chains::ChangeIndex;
use crate::history::store::hashes::Hashes;

/// The columns, in the order in which they are written.
#[derive(Clone, Copy)]
enum Column {
    /// Of each streak its segment; a new one has the next free number.
    Segment,
    /// Of each segment its author.
    Author,
    /// Of each segment 0 if it begins a chain, else how far back what it follows is.
    Previous,
    /// Of each streak the time of its first change, from the one before on the segment.
    Time,
    /// Of each streak the counters that each of its changes takes.
    Step,
    /// Of each streak how many changes it has.
    Count,
    /// The heads, each from the one before.
    Head,
    /// Of each author the canonical bytes of its changes.
    Bytes,
}

/// How many columns there are.
const COLUMNS: usize = Column::Bytes as usize + 1;

impl History {
    /// Writes the outline; `tail` is the last change written here with its signature.
    pub(crate) fn write_outline(&self, tail: Option<(ChangeIndex, Signature)>, out: &mut Vec<u8>) {
        self.write_authors(out);
        write_block(out, &self.columns());
        self.write_tips(out);
        self.cuts.write(tail.map(|(tip, by)| (self.chains.segment_of(tip), tip, by)), out);
    }

    /// Whether another history has the same outline: the same numbers for authors, segments and
    /// changes, the same times, counters, sizes, heads and signatures.
    pub(crate) fn has_outline_of(&self, other: &Self) -> bool {
        let outline = |history: &Self| {
            let mut out = history.columns();
            history.write_authors(&mut out);
            history.write_tips(&mut out);
            history.cuts.write(None, &mut out);
            out
        };
        outline(self) == outline(other)
    }

    fn write_authors(&self, out: &mut Vec<u8>) {
        write::length(out, self.numbered_authors().len());
        self.numbered_authors().iter().for_each(|author| out.extend_from_slice(author.as_bytes()));
    }

    fn write_tips(&self, out: &mut Vec<u8>) {
        for tip in self.chains.tips() {
            out.extend_from_slice(self.chains.hash_of(tip).as_bytes());
        }
    }

    fn columns(&self) -> Vec<u8> {
        let mut columns: [ColumnWriter; COLUMNS] = Default::default();
        let mut put = |column: Column, value| columns[column as usize].push(value);
        let (mut segments, mut times) = (0, Vec::new());
        for (streak, count) in self.chains.streaks() {
            put(Column::Segment, streak.segment.into());
            if streak.segment == segments {
                let (author, prev) = self.chains.root_of(streak.segment);
                put(Column::Author, author.into());
                put(Column::Previous, prev.map_or(0, |prev| (streak.first - prev).into()));
                segments += 1;
                times.push(0);
            }
            let time = &mut times[streak.segment as usize];
            put(Column::Time, (streak.time - *time).into());
            *time = streak.time + count;
            put(Column::Step, streak.step.into());
            put(Column::Count, count.into());
        }
        let mut last = 0;
        for head in self.head_indexes() {
            put(Column::Head, (head - last).into());
            last = head;
        }
        for (author, _) in (0..).zip(self.numbered_authors()) {
            put(Column::Bytes, self.sizes.of(author));
        }
        write_columns(columns)
    }

    /// Reads an outline into this history, which is empty, over the packs of an archive. Keys were
    /// checked before they were saved; who does not believe that checks them afterwards.
    pub(crate) fn read_outline(
        &mut self,
        reader: &mut Reader<'_>,
        archive: Archive,
    ) -> Result<(), DecodeError> {
        for number in 0..reader.count(32)? {
            let author = Author::unchecked(reader.array()?);
            if self.author_number(&author) as usize != number {
                return Err(DecodeError::Unsorted("authors"));
            }
        }
        let block = read_block(reader, usize::MAX)?;
        let mut columns = Columns::read(&block)?;
        while self.chains.len() < archive.len() {
            self.read_streak(&mut columns, archive.len())?;
        }
        if self.chains.counters() as u64 > archive.bytes() {
            return Err(DecodeError::WrongTotals);
        }
        self.read_sizes(&mut columns, archive.bytes())?;
        self.read_heads(&mut columns, archive.len())?;
        columns.finish()?;
        let mut tips = Vec::new();
        for tip in self.chains.tips() {
            tips.push((tip, ChangeHash(reader.array()?)));
        }
        self.chains.set_hashes(Hashes::archived(archive.clone(), tips));
        self.archive = archive;
        self.cuts = Cuts::read(reader, &self.chains)?;
        Ok(())
    }

    /// Reads the sizes of all authors, which come to so many bytes.
    fn read_sizes(&mut self, columns: &mut Columns<'_>, all: u64) -> Result<(), DecodeError> {
        for (author, _) in (0..).zip(0..self.numbered_authors().len()) {
            let bytes = columns.0[Column::Bytes as usize].read()?;
            if bytes > all - self.sizes.all() {
                return Err(DecodeError::WrongTotals);
            }
            self.sizes.add(author, bytes);
        }
        if self.sizes.all() == all { Ok(()) } else { Err(DecodeError::WrongTotals) }
    }

    /// Reads the heads, which are among so many changes.
    fn read_heads(
        &mut self,
        columns: &mut Columns<'_>,
        changes: ChangeIndex,
    ) -> Result<(), DecodeError> {
        let mut last = None;
        while !columns.is_exhausted(Column::Head) {
            let head = columns.get(Column::Head)?.saturating_add(last.unwrap_or(0));
            if last.is_some_and(|last| head <= last) || head >= changes {
                return Err(DecodeError::Unsorted("heads"));
            }
            self.add_head(head);
            last = Some(head);
        }
        Ok(())
    }

    fn read_streak(
        &mut self,
        columns: &mut Columns<'_>,
        changes: ChangeIndex,
    ) -> Result<(), DecodeError> {
        let first = self.chains.len();
        let mut segment = columns.get(Column::Segment)?;
        if segment == self.chains.segments() {
            let author = columns.get(Column::Author)?;
            let back = columns.get(Column::Previous)?;
            let prev = match back {
                0 => None,
                back => Some(first.checked_sub(back).ok_or(DecodeError::DanglingReference)?),
            };
            segment = self.open_chain(author, prev)?;
        }
        let time = columns.get(Column::Time)?;
        let (step, count) = (columns.get(Column::Step)?, columns.get(Column::Count)?);
        let fits = count > 0 && count <= changes - first;
        if !fits || !self.chains.restore(segment, time, step, count) {
            return Err(DecodeError::WrongTotals);
        }
        Ok(())
    }

    /// Opens the segment of changes to come.
    fn open_chain(&mut self, author: u32, prev: Option<ChangeIndex>) -> Result<u32, DecodeError> {
        if author as usize >= self.numbered_authors().len() {
            return Err(DecodeError::DanglingReference);
        }
        let known = prev.is_none_or(|prev| {
            self.chains.author_of(self.chains.segment_of(prev)) == author
                && self.chains.segment_after(Some(prev)) == self.chains.segments()
        });
        if !known {
            return Err(DecodeError::PreviousOfAnotherAuthor);
        }
        self.forks.note(&self.chains, author, prev, self.chains.len());
        Ok(self.chains.open_segment(author, prev))
    }
}

/// The columns of an outline that is read.
struct Columns<'a>([ColumnReader<'a>; COLUMNS]);

impl<'a> Columns<'a> {
    fn read(block: &'a [u8]) -> Result<Self, DecodeError> {
        read_columns(block).map(Self)
    }

    fn get(&mut self, column: Column) -> Result<u32, DecodeError> {
        self.0[column as usize].read_u32()
    }

    fn is_exhausted(&self, column: Column) -> bool {
        self.0[column as usize].finish().is_ok()
    }

    fn finish(&self) -> Result<(), DecodeError> {
        self.0.iter().try_for_each(ColumnReader::finish)
    }
}
