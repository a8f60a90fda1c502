//! Reading members from columns: their canonical bytes are written anew.

use super::Column;
use super::distance::{Names, Table};
use super::shapes::Known;
use super::source::{LaneOps, Source};
use crate::codec::{ColumnReader, DecodeError, Reader, read_block, read_columns};
use crate::history::format::bundle::Reference;
use crate::history::format::bundle::members::{Lead, Members};
use crate::history::format::numbers::{LaneIndex, MemberIndex, Number as _, Numbered};
use crate::op::limits::{MAX_CHANGE_OPS, MAX_DEPENDENCIES};

/// Bytes that all blocks together may have beyond twice the canonical bytes.
const SLACK: usize = 1024;

pub(in crate::history::format::bundle) fn read(
    reader: &mut Reader<'_>,
    members: &mut Members,
) -> Result<(), DecodeError> {
    // No column says more of a change than its canonical bytes do, but for a few bytes of its own.
    let mut most = members.left().bytes.saturating_mul(2).saturating_add(SLACK);
    let mut block = || read_block(reader, most).inspect(|content| most -= content.len());
    let (columns, dictionary, text, seeds, content) =
        (block()?, block()?, block()?, block()?, block()?);
    let text = core::str::from_utf8(&text).map_err(|_| DecodeError::InvalidUtf8)?;
    let source = Source {
        columns: read_columns(&columns)?,
        paths: Known::new(&dictionary),
        text,
        seeds: Reader::new(&seeds),
        content: Reader::new(&content),
        table: Table::new(),
        names: Names::touched(),
        path_names: Names::in_paths(),
        replaced: Names::replaced(),
        listed: Names::listed(),
        room: 0,
    };
    let (lanes, placed) = Default::default();
    let mut decoder = Decoder { source, lanes, placed };
    for _ in 0..members.left().changes {
        decoder.member(members)?;
    }
    decoder.finish()
}

struct Decoder<'a> {
    source: Source<'a>,
    lanes: Numbered<LaneIndex, Lane<'a>>,
    /// Of each member its lane, and the counter after its last op.
    placed: Numbered<MemberIndex, (LaneIndex, u32)>,
}

struct Lane<'a> {
    author: u32,
    /// The last member, if there is one yet.
    last: Option<MemberIndex>,
    /// Number of the next change.
    seq: u32,
    ops: LaneOps<'a>,
}

impl<'a> Decoder<'a> {
    fn column(&mut self, column: Column) -> &mut ColumnReader<'a> {
        self.source.column(column)
    }

    fn member(&mut self, members: &mut Members) -> Result<(), DecodeError> {
        let place = members.next();
        let (lane, prev) = self.lane(members)?;
        self.dependencies(members)?;
        let tags = self.source.tags()?;
        let counters = self.column(Column::Counters).read_u32()?;
        let Self { source, lanes, placed } = self;
        source.table.enter(lane);
        for below in members.dependencies() {
            source.table.depend_on(*below, |member| placed[member].0);
        }
        let known = &mut lanes[lane];
        let end = known.ops.counter.checked_add(counters);
        let end = end.ok_or(DecodeError::OverLimit("counters of a chain"))?;
        let ops = read_ops(source, &mut known.ops, end, members)?;
        let lead = Lead { author: known.author, seq: known.seq, prev, tags };
        members.push_checked(lead, ops, counters)?;
        known.last = Some(place);
        known.seq = known.seq.checked_add(1).ok_or(DecodeError::VarintOverflow)?;
        placed.push((lane, end))?;
        Ok(())
    }

    /// The lane of the next member and what it follows.
    fn lane(&mut self, members: &Members) -> Result<(LaneIndex, Option<Reference>), DecodeError> {
        let lane = LaneIndex::new(self.column(Column::Lane).read_u32()?);
        if let Some(known) = self.lanes.get(lane) {
            return Ok((lane, known.last.map(Reference::Member)));
        }
        if lane != self.lanes.next() {
            return Err(DecodeError::DanglingReference);
        }
        let author = members.author(self.column(Column::LaneAuthor).read()?)?;
        let start = self.column(Column::LaneStart).read()?;
        let prev = start.checked_sub(1).map(|raw| members.reference(raw)).transpose()?;
        let (seq, counter) = match prev {
            None => (0, 0),
            Some(Reference::Member(before)) => {
                let (lane, end) = self.placed[before];
                if self.lanes[lane].last == Some(before) {
                    return Err(DecodeError::NotShortest("a lane"));
                }
                (members.seq_after(before, author)?, end)
            }
            Some(Reference::Outside(_)) => match self.column(Column::LaneSeq).read_u32()? {
                0 => return Err(DecodeError::SequenceWithoutPrevious),
                seq => (seq, self.column(Column::LaneCounter).read_u32()?),
            },
        };
        self.lanes.push(Lane { author, last: None, seq, ops: LaneOps::from(counter) })?;
        Ok((lane, prev))
    }

    fn dependencies(&mut self, members: &mut Members) -> Result<(), DecodeError> {
        let count = self.column(Column::Dependencies).read()?;
        if count > MAX_DEPENDENCIES as u64 {
            return Err(DecodeError::OverLimit("dependencies of a change"));
        }
        for _ in 0..count {
            let below = members.reference(self.column(Column::Dependency).read()?)?;
            members.depend_on(below);
        }
        Ok(())
    }

    /// Refuses what no member has used.
    fn finish(&self) -> Result<(), DecodeError> {
        let idle = self.lanes.as_slice().iter().all(|lane| lane.ops.is_idle());
        if idle { self.source.finish() } else { Err(DecodeError::TrailingBytes) }
    }
}

/// Reads the ops of a member, which end before the counter `end`, and says how many they are.
fn read_ops<'a>(
    source: &mut Source<'a>,
    ops: &mut LaneOps<'a>,
    end: u32,
    members: &mut Members,
) -> Result<u32, DecodeError> {
    let most = members.body_start().saturating_add(members.left().bytes);
    let mut count = 0;
    while ops.counter < end {
        source.room = most.saturating_sub(members.bodies.len());
        source.op(ops, end, &mut members.bodies)?;
        count += 1;
        if members.bodies.len() > most {
            return Err(DecodeError::WrongTotals);
        }
        if count as usize > MAX_CHANGE_OPS {
            return Err(DecodeError::OverLimit("ops of a change"));
        }
    }
    if ops.counter > end { Err(DecodeError::WrongCounters) } else { Ok(count) }
}
