//! Reading the ops of lanes from their runs.

use super::distance::{Names, Table};
use super::shapes::{Known, Part};
use super::{COLUMNS, Column};
use crate::codec::{ColumnReader, DecodeError, Reader, split_text, value, write};
use crate::history::format::tags::Tags;
use crate::op::limits::MAX_DEPENDENCIES;
use crate::op::{
    Action, Listed, Name, Place, Seeds, Side, Standing, kind, push_ascending, push_name,
    write_element, write_op,
};

/// What of the blocks has not been read yet.
pub(super) struct Source<'a> {
    pub(super) columns: [ColumnReader<'a>; COLUMNS],
    pub(super) paths: Known<'a>,
    pub(super) text: &'a str,
    pub(super) seeds: Reader<'a>,
    pub(super) content: Reader<'a>,
    /// The table of the member that is being read.
    pub(super) table: Table,
    pub(super) names: Names,
    pub(super) path_names: Names,
    pub(super) replaced: Names,
    pub(super) listed: Names,
    /// How many canonical bytes the op that is read may take. A list of names takes a byte for each
    /// there, and may take none here.
    pub(super) room: usize,
}

/// How far the ops of a lane have been read.
pub(super) struct LaneOps<'a> {
    /// The counter of the next op.
    pub(super) counter: u32,
    /// What is left of the last run: its path in canonical bytes, and its ops.
    path: Vec<u8>,
    rest: Rest<'a>,
}

impl LaneOps<'_> {
    /// A lane whose first op has a counter.
    pub(super) fn from(counter: u32) -> Self {
        Self { counter, path: Vec::new(), rest: Rest::Nothing }
    }

    /// Whether nothing is left of the last run.
    pub(super) fn is_idle(&self) -> bool {
        matches!(self.rest, Rest::Nothing)
    }

    fn advance(&mut self, taken: u32) -> Result<(), DecodeError> {
        let next = self.counter.checked_add(taken).filter(|_| taken > 0);
        self.counter = next.ok_or(DecodeError::WrongCounters)?;
        Ok(())
    }
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

impl<'a> Source<'a> {
    pub(super) fn column(&mut self, column: Column) -> &mut ColumnReader<'a> {
        &mut self.columns[column as usize]
    }

    pub(super) fn tags(&mut self) -> Result<Tags, DecodeError> {
        let length = self.length(Column::TagBytes)?;
        if length == 0 {
            return Ok(Tags::NONE);
        }
        let mut reader = Reader::new(self.content.take(length)?);
        let tags = Tags::read(&mut reader)?;
        reader.finish()?;
        if tags == Tags::NONE { Err(DecodeError::NotShortest("no tags")) } else { Ok(tags) }
    }

    fn length(&mut self, column: Column) -> Result<usize, DecodeError> {
        usize::try_from(self.column(column).read()?).map_err(|_| DecodeError::Truncated)
    }

    /// Writes the next op of a lane in canonical bytes. An insert is cut at the counter `end`.
    pub(super) fn op(
        &mut self,
        ops: &mut LaneOps<'a>,
        end: u32,
        out: &mut Vec<u8>,
    ) -> Result<(), DecodeError> {
        if ops.is_idle() {
            let number = self.column(Column::Shape).read()?;
            let shape = self.paths.learn_shape(number)?;
            let kind = self.paths.kind(shape);
            if !kind::is_known(kind) {
                let taken = self.unknown(kind, out)?;
                return ops.advance(taken);
            }
            self.path(shape, &mut ops.path)?;
            if kind == kind::MOVE {
                let taken = self.moved(ops.counter, &ops.path, out)?;
                return ops.advance(taken);
            }
            ops.rest = self.run(kind, &ops.path, out)?;
        }
        let taken = self.next_of_run(ops, end, out)?;
        ops.advance(taken)
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

    /// Reads a path of a shape into canonical bytes.
    fn path(&mut self, shape: usize, path: &mut Vec<u8>) -> Result<(), DecodeError> {
        path.clear();
        let parts = self.paths.parts(shape);
        write::length(path, parts.len());
        for place in parts {
            match self.paths.part(place) {
                Part::Symbol(symbol) => path.extend_from_slice(self.paths.named(symbol)?),
                Part::Key => {
                    let symbol = self.column(Column::Symbol).read()?;
                    path.extend_from_slice(self.paths.key(symbol)?);
                }
                Part::Element => {
                    write_element(path, self.path_names.read(&self.table, &mut self.columns)?);
                }
            }
        }
        Ok(())
    }

    /// Reads what there is of a run. An op that is one for itself is written.
    fn run(&mut self, kind: u32, path: &[u8], out: &mut Vec<u8>) -> Result<Rest<'a>, DecodeError> {
        let action = match kind {
            kind::SET => {
                Action::Set { replaces: self.replaced()?, of: None, payload: self.payload()? }
            }
            kind::RESTORE => Action::Set {
                replaces: self.replaced()?,
                of: Some(self.replaced.read(&self.table, &mut self.columns)?),
                payload: self.payload()?,
            },
            kind::UNSET => Action::Unset { replaces: self.replaced()? },
            kind::ADD => Action::Add { delta: self.column(Column::Delta).read_signed()? },
            kind::RESET => Action::Reset { annuls: self.replaced()? },
            kind::PUT => Action::Put { replaces: self.replaced()? },
            kind::REMOVE => Action::Remove { replaces: self.replaced()? },
            kind::ANNUL => self.annul()?,
            kind::INSERT => return self.seeds(),
            kind::INSERT_TEXT => return self.text(),
            kind::DELETE => return self.deletes(),
            _ => return Err(DecodeError::InvalidKind),
        };
        write_op(out, path, 1, &action);
        Ok(Rest::Nothing)
    }

    /// Writes a move and says how many counters it takes.
    fn moved(&mut self, counter: u32, path: &[u8], out: &mut Vec<u8>) -> Result<u32, DecodeError> {
        let place = self.place()?;
        let count = self.list_length()?;
        let mut elements = Vec::with_capacity(count as usize);
        self.list(count, |element| {
            elements.push(element);
            Ok(())
        })?;
        // Behind the last place, which later ops go on from.
        let end =
            counter.checked_add(count).ok_or(DecodeError::OverLimit("counters of a chain"))?;
        self.names.remember(self.table.own(), end - 1);
        write_op(out, path, count, &Action::Move { place, elements: elements.into() });
        Ok(count)
    }

    fn annul(&mut self) -> Result<Action<'static, Name>, DecodeError> {
        let standing = match self.column(Column::Standing).read()? {
            0 => Standing::Void,
            1 => Standing::Stands,
            _ => return Err(DecodeError::InvalidStanding),
        };
        let (count, mut names) = (self.list_length()?, Vec::new());
        self.list(count, |name| push_ascending(&mut names, name))?;
        Ok(Action::Annul { standing, names: names.into() })
    }

    fn list_length(&mut self) -> Result<u32, DecodeError> {
        match self.column(Column::Length).read_u32()? {
            0 => Err(DecodeError::EmptyOp("a list of no names")),
            count if count as usize > self.room => Err(DecodeError::WrongTotals),
            count => Ok(count),
        }
    }

    fn list(
        &mut self,
        count: u32,
        mut each: impl FnMut(Name) -> Result<(), DecodeError>,
    ) -> Result<(), DecodeError> {
        let mut listed = Listed::default();
        let Self { listed: names, table, columns, .. } = self;
        (0..count).try_for_each(|_| each(names.read_next(&mut listed, table, columns)?))
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
        let (text, rest) = split_text(self.text, count).ok_or(DecodeError::Truncated)?;
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

    fn payload(&mut self) -> Result<&'a [u8], DecodeError> {
        let length = self.length(Column::PayloadBytes)?;
        let payload = value::take(&mut self.content, length)?;
        let told = length > 0 && value::stated_length(payload) == 0;
        if told { Err(DecodeError::NotShortest("the length of a payload")) } else { Ok(payload) }
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
        self.names.read(&self.table, &mut self.columns)
    }

    fn replaced(&mut self) -> Result<Vec<Name>, DecodeError> {
        let count = self.column(Column::Replaced).read()?;
        if count > MAX_DEPENDENCIES as u64 {
            return Err(DecodeError::OverLimit("names of an op"));
        }
        let mut names = Vec::new();
        for _ in 0..count {
            push_name(&mut names, self.replaced.read(&self.table, &mut self.columns)?)?;
        }
        Ok(names)
    }

    /// Writes the next op of a run, of an insert as much as fits before the counter `end`. Returns
    /// how many counters it takes.
    fn next_of_run(
        &mut self,
        LaneOps { counter, path, rest }: &mut LaneOps<'a>,
        end: u32,
        out: &mut Vec<u8>,
    ) -> Result<u32, DecodeError> {
        let counter = *counter;
        let (taken, action) = match *rest {
            Rest::Nothing => return Ok(1),
            Rest::Text { text, count, place } => {
                let taken = count.min(end - counter);
                let (text, left) = split_text(text, taken).ok_or(DecodeError::Truncated)?;
                let next = self.continued(counter, taken);
                *rest = Rest::Text { text: left, count: count - taken, place: next };
                (taken, Action::InsertText { place, text })
            }
            Rest::Seeds { mut seeds, count, place } => {
                let taken = count.min(end - counter);
                let here = take_seeds(&mut seeds, taken)?;
                let next = self.continued(counter, taken);
                self.path_names.remember(self.table.own(), counter);
                *rest = Rest::Seeds { seeds, count: count - taken, place: next };
                (taken, Action::Insert { place, seeds: Seeds::from_checked(here) })
            }
            Rest::Deletes { first, count, more, step } => {
                first
                    .counter
                    .checked_add(count)
                    .ok_or(DecodeError::OverLimit("counters of a chain"))?;
                self.names.remember(self.table.chain(first.index), first.counter);
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
        self.names.remember(self.table.own(), last);
        Place::<Name>::going_on(last + 1)
    }

    /// Refuses what has not been used.
    pub(super) fn finish(&self) -> Result<(), DecodeError> {
        if !(self.text.is_empty() && self.seeds.is_empty() && self.content.is_empty()) {
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

/// Takes the bytes of so many seeds.
fn take_seeds<'a>(seeds: &mut Reader<'a>, count: u32) -> Result<&'a [u8], DecodeError> {
    let bytes = seeds.rest();
    for _ in 0..count {
        seeds.bytes()?;
    }
    Ok(&bytes[..bytes.len() - seeds.rest().len()])
}
