//! Reading members from columns: their canonical bytes are written anew.

use super::near::{Near, Table};
use super::paths::{Known, Part};
use super::{COLUMNS, Column};
use crate::codec::{ColumnReader, DecodeError, Reader, read_block, write};
use crate::history::bundle::Reference;
use crate::history::bundle::members::{Lead, Members};
use crate::history::header::Tags;
use crate::op::limits::{MAX_CHANGE_OPS, MAX_DEPENDENCIES};
use crate::op::{Action, Name, Place, Seeds, Side, kind, write_element, write_op};

/// Bytes that all blocks together may have beyond twice the canonical bytes.
const SLACK: usize = 1024;

pub(in crate::history::bundle) fn read(
    reader: &mut Reader<'_>,
    members: &mut Members,
) -> Result<(), DecodeError> {
    // No column says more of a change than its canonical bytes do, but for a few bytes of its own.
    let mut most = members.left().bytes.saturating_mul(2).saturating_add(SLACK);
    let mut block = || read_block(reader, most).inspect(|content| most -= content.len());
    let (columns, dictionary, text, seeds, content) =
        (block()?, block()?, block()?, block()?, block()?);
    let text = core::str::from_utf8(&text).map_err(|_| DecodeError::InvalidUtf8)?;
    let mut decoder = Decoder {
        columns: split(&columns)?,
        paths: Known::new(&dictionary),
        text,
        seeds: Reader::new(&seeds),
        content: Reader::new(&content),
        lanes: Vec::new(),
        lane_of: Vec::new(),
        ends: Vec::new(),
        table: Table::default(),
        names: Near::default(),
        path_names: Near::default(),
        replaced: Near::default(),
    };
    for _ in 0..members.left().changes {
        decoder.member(members)?;
    }
    decoder.finish()
}

fn split(columns: &[u8]) -> Result<[ColumnReader<'_>; COLUMNS], DecodeError> {
    let mut reader = Reader::new(columns);
    let mut split = [const { ColumnReader::EMPTY }; COLUMNS];
    for column in &mut split {
        *column = ColumnReader::new(reader.bytes()?);
    }
    reader.finish()?;
    Ok(split)
}

struct Decoder<'a> {
    columns: [ColumnReader<'a>; COLUMNS],
    paths: Known<'a>,
    text: &'a str,
    seeds: Reader<'a>,
    content: Reader<'a>,
    lanes: Vec<Lane<'a>>,
    /// Of each member its lane, and the counter after its last op.
    lane_of: Vec<u32>,
    ends: Vec<u32>,
    table: Table,
    names: Near,
    path_names: Near,
    replaced: Near,
}

struct Lane<'a> {
    author: u32,
    /// The last member, if there is one yet.
    last: Option<u32>,
    /// Number of the next change, and counter of the next op.
    seq: u32,
    counter: u32,
    /// What is left of the last run: its path in canonical bytes, and its ops.
    path: Vec<u8>,
    rest: Rest<'a>,
}

/// What is left of a run.
#[derive(Clone, Copy)]
enum Rest<'a> {
    Nothing,
    /// Text, and how many characters it has.
    Text {
        text: &'a str,
        count: u32,
        place: Place<Name>,
    },
    /// Seeds, and how many.
    Seeds {
        seeds: Reader<'a>,
        count: u32,
        place: Place<Name>,
    },
    /// The next delete, how many more follow it, and the step from one to the next.
    Deletes {
        first: Name,
        count: u32,
        more: u32,
        step: i64,
    },
}

impl<'a> Decoder<'a> {
    fn column(&mut self, column: Column) -> &mut ColumnReader<'a> {
        &mut self.columns[column as usize]
    }

    fn member(&mut self, members: &mut Members) -> Result<(), DecodeError> {
        let place = members.len();
        let (lane, prev) = self.lane(members)?;
        let dependencies = self.dependencies(members)?;
        let tags = self.tags()?;
        let counters = self.column(Column::Counters).read_u32()?;
        let lane_of = &self.lane_of;
        let below = dependencies.iter().copied();
        self.table.enter(lane, below, |member| lane_of[member as usize]);
        let Lane { author, seq, counter, .. } = self.lanes[lane as usize];
        let end =
            counter.checked_add(counters).ok_or(DecodeError::OverLimit("counters of a chain"))?;
        let most = members.body_start().saturating_add(members.left().bytes);
        let mut ops = 0;
        while self.lanes[lane as usize].counter < end {
            self.op(lane, end, &mut members.bodies)?;
            ops += 1;
            if members.bodies.len() > most {
                return Err(DecodeError::WrongTotals);
            }
            if ops as usize > MAX_CHANGE_OPS {
                return Err(DecodeError::OverLimit("ops of a change"));
            }
        }
        if self.lanes[lane as usize].counter > end {
            return Err(DecodeError::WrongCounters);
        }
        let lead = Lead { author, seq, prev, dependencies, tags };
        members.push_checked(lead, ops, counters)?;
        let known = &mut self.lanes[lane as usize];
        (known.last, known.seq) =
            (Some(place), seq.checked_add(1).ok_or(DecodeError::VarintOverflow)?);
        self.lane_of.push(lane);
        self.ends.push(end);
        Ok(())
    }

    /// The lane of the next member and what it follows.
    fn lane(&mut self, members: &Members) -> Result<(u32, Option<Reference>), DecodeError> {
        let lane = self.column(Column::Lane).read_u32()?;
        if let Some(known) = self.lanes.get(lane as usize) {
            return Ok((lane, known.last.map(Reference::Member)));
        }
        if lane as usize != self.lanes.len() {
            return Err(DecodeError::DanglingReference);
        }
        let author = members.author(self.column(Column::LaneAuthor).read()?)?;
        let start = self.column(Column::LaneStart).read()?;
        let prev = start.checked_sub(1).map(|raw| members.reference(raw)).transpose()?;
        let (seq, counter) = match prev {
            None => (0, 0),
            Some(Reference::Member(before)) => {
                (members.seq_after(before, author)?, self.ends[before as usize])
            }
            Some(Reference::Outside(_)) => match self.column(Column::LaneSeq).read_u32()? {
                0 => return Err(DecodeError::SequenceWithoutPrevious),
                seq => (seq, self.column(Column::LaneCounter).read_u32()?),
            },
        };
        let (path, rest) = (Vec::new(), Rest::Nothing);
        self.lanes.push(Lane { author, last: None, seq, counter, path, rest });
        Ok((lane, prev))
    }

    fn dependencies(&mut self, members: &Members) -> Result<Vec<Reference>, DecodeError> {
        let count = self.column(Column::Dependencies).read()?;
        if count > MAX_DEPENDENCIES as u64 {
            return Err(DecodeError::OverLimit("dependencies of a change"));
        }
        (0..count).map(|_| members.reference(self.column(Column::Dependency).read()?)).collect()
    }

    fn tags(&mut self) -> Result<Tags, DecodeError> {
        let length = self.length(Column::TagBytes)?;
        if length == 0 {
            return Ok(Tags::NONE);
        }
        let mut reader = Reader::new(self.content.take(length)?);
        let tags = Tags::read(&mut reader)?;
        reader.finish()?;
        Ok(tags)
    }

    fn length(&mut self, column: Column) -> Result<usize, DecodeError> {
        usize::try_from(self.column(column).read()?).map_err(|_| DecodeError::Truncated)
    }

    /// Writes the next op of a lane in canonical bytes. An insert is cut at the counter `end`.
    fn op(&mut self, lane: u32, end: u32, out: &mut Vec<u8>) -> Result<(), DecodeError> {
        let known = &mut self.lanes[lane as usize];
        let (counter, mut rest) = (known.counter, known.rest);
        let mut path = core::mem::take(&mut known.path);
        if let Rest::Nothing = rest {
            let kind = self.column(Column::Kind).read_u32()?;
            if kind > kind::REMOVE {
                self.lanes[lane as usize].path = path;
                let taken = self.unknown(kind, out)?;
                return self.advance(lane, counter, taken);
            }
            self.path(&mut path)?;
            rest = self.run(kind, &path, out)?;
        }
        let taken = self.next_of_run(&mut rest, (counter, end), &path, out)?;
        let known = &mut self.lanes[lane as usize];
        (known.path, known.rest) = (path, rest);
        self.advance(lane, counter, taken)
    }

    fn advance(&mut self, lane: u32, counter: u32, taken: u32) -> Result<(), DecodeError> {
        let next = counter.checked_add(taken).filter(|_| taken > 0);
        self.lanes[lane as usize].counter = next.ok_or(DecodeError::WrongCounters)?;
        Ok(())
    }

    /// Writes an op of an unknown kind and says how many counters it takes.
    fn unknown(&mut self, kind: u32, out: &mut Vec<u8>) -> Result<u32, DecodeError> {
        let counters = self.column(Column::UnknownCounters).read_u32()?;
        let length = self.length(Column::UnknownBytes)?;
        let body = self.content.take(length)?;
        if counters as usize > length {
            return Err(DecodeError::WrongCounters);
        }
        write_op(out, &[], counters, &Action::Unknown { kind, body });
        Ok(counters)
    }

    /// Reads a path into canonical bytes.
    fn path(&mut self, path: &mut Vec<u8>) -> Result<(), DecodeError> {
        path.clear();
        let number = self.column(Column::Shape).read()?;
        let shape = self.paths.learn_shape(number)?;
        let depth = self.paths.shape(shape).len();
        write::length(path, depth);
        for place in 0..depth {
            match self.paths.shape(shape)[place] {
                Part::Symbol(symbol) => {
                    path.extend_from_slice(self.paths.symbol(u64::from(symbol))?);
                }
                Part::Key => {
                    let symbol = self.column(Column::Symbol).read()?;
                    path.extend_from_slice(self.paths.symbol(symbol)?);
                }
                Part::Element => {
                    let index = self.column(Column::PathIndex).read_u32()?;
                    let chain = self.table.chain(index);
                    let near = self.path_names.get(chain);
                    let counter = self.column(Column::PathCounter).read_near(near)?;
                    self.path_names.set(chain, counter);
                    write_element(path, Name { index, counter });
                }
            }
        }
        Ok(())
    }

    /// Reads what there is of a run. An op that is one for itself is written.
    fn run(&mut self, kind: u32, path: &[u8], out: &mut Vec<u8>) -> Result<Rest<'a>, DecodeError> {
        let action = match kind {
            kind::SET => {
                let replaces = self.replaced()?;
                let length = self.length(Column::PayloadBytes)?;
                if length == 0 {
                    return Err(DecodeError::EmptyOp("set without a value"));
                }
                Action::Set { replaces, payload: self.content.take(length)? }
            }
            kind::UNSET => Action::Unset { replaces: self.replaced()? },
            kind::ADD => Action::Add { delta: self.column(Column::Delta).read_signed()? },
            kind::RESET => Action::Reset { annuls: self.replaced()? },
            kind::PUT => Action::Put { replaces: self.replaced()? },
            kind::REMOVE => Action::Remove { replaces: self.replaced()? },
            kind::INSERT => return self.seeds(),
            kind::INSERT_TEXT => return self.text(),
            kind::DELETE => return self.deletes(),
            _ => return Err(DecodeError::InvalidKind),
        };
        write_op(out, path, 1, &action);
        Ok(Rest::Nothing)
    }

    fn seeds(&mut self) -> Result<Rest<'a>, DecodeError> {
        let place = self.place()?;
        let count = self.column(Column::Length).read_u32()?;
        let seeds = Reader::new(take_seeds(&mut self.seeds, count)?);
        Ok(Rest::Seeds { seeds, count, place })
    }

    fn text(&mut self) -> Result<Rest<'a>, DecodeError> {
        let place = self.place()?;
        let count = self.column(Column::Length).read_u32()?;
        let (text, rest) = split_text(self.text, count)?;
        self.text = rest;
        Ok(Rest::Text { text, count, place })
    }

    fn deletes(&mut self) -> Result<Rest<'a>, DecodeError> {
        let first = self.name()?;
        let count = self.column(Column::DeleteCount).read_u32()?;
        let ops = self.column(Column::Length).read_u32()?;
        let more = ops.checked_sub(1).ok_or(DecodeError::WrongCounters)?;
        if count == 0 {
            return Err(DecodeError::EmptyOp("delete of nothing"));
        }
        let step = if more > 0 { self.column(Column::DeleteStep).read_signed()? } else { 0 };
        Ok(Rest::Deletes { first, count, more, step })
    }

    fn place(&mut self) -> Result<Place<Name>, DecodeError> {
        Ok(match self.column(Column::Place).read()? {
            0 => Place::Root,
            1 => Place::Child(self.name()?, Side::Right),
            2 => Place::Child(self.name()?, Side::Left),
            _ => return Err(DecodeError::InvalidPlace),
        })
    }

    fn name(&mut self) -> Result<Name, DecodeError> {
        let index = self.column(Column::NameIndex).read_u32()?;
        let chain = self.table.chain(index);
        let near = self.names.get(chain);
        let counter = self.column(Column::NameCounter).read_near(near)?;
        self.names.set(chain, counter);
        Ok(Name { index, counter })
    }

    fn replaced(&mut self) -> Result<Vec<Name>, DecodeError> {
        let count = self.column(Column::Replaced).read()?;
        if count > MAX_DEPENDENCIES as u64 {
            return Err(DecodeError::OverLimit("names of an op"));
        }
        let mut names: Vec<Name> = Vec::new();
        for _ in 0..count {
            let name = self.replaced_name()?;
            if name.index == 0 {
                return Err(DecodeError::ImpliedName);
            }
            if names.last().is_some_and(|last| last.index >= name.index) {
                return Err(DecodeError::Unsorted("names"));
            }
            names.push(name);
        }
        Ok(names)
    }

    fn replaced_name(&mut self) -> Result<Name, DecodeError> {
        let index = self.column(Column::ReplacedIndex).read_u32()?;
        let chain = self.table.chain(index);
        let near = self.replaced.get(chain);
        let counter = self.column(Column::ReplacedCounter).read_near(near)?;
        self.replaced.set(chain, counter);
        Ok(Name { index, counter })
    }

    /// Writes the next op of a run, of an insert as much as fits before the counter `end`. Returns
    /// how many counters it takes.
    fn next_of_run(
        &mut self,
        rest: &mut Rest<'a>,
        (counter, end): (u32, u32),
        path: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<u32, DecodeError> {
        let (taken, action) = match *rest {
            Rest::Nothing => return Ok(1),
            Rest::Text { text, count, place } => {
                let taken = count.min(end - counter);
                let (text, left) = split_text(text, taken)?;
                let next = self.continued(counter, taken);
                *rest = Rest::Text { text: left, count: count - taken, place: next };
                (taken, Action::InsertText { place, text })
            }
            Rest::Seeds { mut seeds, count, place } => {
                let taken = count.min(end - counter);
                let here = take_seeds(&mut seeds, taken)?;
                let next = self.continued(counter, taken);
                self.path_names.set(self.table.own(), counter);
                *rest = Rest::Seeds { seeds, count: count - taken, place: next };
                (taken, Action::Insert { place, seeds: Seeds::from_checked(here) })
            }
            Rest::Deletes { first, count, more, step } => {
                first
                    .counter
                    .checked_add(count)
                    .ok_or(DecodeError::OverLimit("counters of a chain"))?;
                self.names.set(self.table.chain(first.index), first.counter);
                *rest = next_delete(first, count, more, step)?;
                (1, Action::Delete { first, count })
            }
        };
        if let Rest::Text { count: 0, .. } | Rest::Seeds { count: 0, .. } = rest {
            *rest = Rest::Nothing;
        }
        write_op(out, path, taken, &action);
        Ok(taken)
    }

    /// Where an insert goes on of which `taken` elements from a counter on are written.
    fn continued(&mut self, counter: u32, taken: u32) -> Place<Name> {
        let last = counter + taken.saturating_sub(1);
        self.names.set(self.table.own(), last);
        Place::Child(Name { index: 0, counter: last }, Side::Right)
    }

    /// Refuses what no member has used.
    fn finish(&self) -> Result<(), DecodeError> {
        let idle = self.lanes.iter().all(|lane| matches!(lane.rest, Rest::Nothing));
        let used = idle && self.text.is_empty() && self.seeds.is_empty() && self.content.is_empty();
        if !used {
            return Err(DecodeError::TrailingBytes);
        }
        self.paths.finish()?;
        self.columns.iter().try_for_each(ColumnReader::finish)
    }
}

fn next_delete<'a>(first: Name, count: u32, more: u32, step: i64) -> Result<Rest<'a>, DecodeError> {
    let Some(more) = more.checked_sub(1) else {
        return Ok(Rest::Nothing);
    };
    let counter = i64::from(first.counter).checked_add(step).and_then(|next| next.try_into().ok());
    let counter = counter.ok_or(DecodeError::OverLimit("counters of a chain"))?;
    Ok(Rest::Deletes { first: Name { counter, ..first }, count, more, step })
}

/// Cuts text behind so many characters.
fn split_text(text: &str, chars: u32) -> Result<(&str, &str), DecodeError> {
    let chars = chars as usize;
    if text.as_bytes().get(..chars).is_some_and(<[u8]>::is_ascii) {
        return Ok(text.split_at(chars));
    }
    let mut ends = text.char_indices().map(|(start, _)| start).chain([text.len()]);
    let end = ends.nth(chars).ok_or(DecodeError::Truncated)?;
    Ok(text.split_at(end))
}

/// Takes the bytes of so many seeds.
fn take_seeds<'a>(seeds: &mut Reader<'a>, count: u32) -> Result<&'a [u8], DecodeError> {
    let bytes = seeds.rest();
    for _ in 0..count {
        seeds.bytes()?;
    }
    Ok(&bytes[..bytes.len() - seeds.rest().len()])
}
