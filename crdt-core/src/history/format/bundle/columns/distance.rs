//! Names as two columns: an index, and a counter written from what was named last on its chain.

use super::{COLUMNS, Column};
use crate::codec::{ColumnReader, ColumnWriter, DecodeError};
use crate::history::format::bundle::Reference;
use crate::history::format::numbers::{LaneIndex, MemberIndex, Number as _};
use crate::op::{Listed, Name};

/// The chain that a name points into, as far as a bundle knows it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Chain {
    /// The chain of a lane.
    Lane(LaneIndex),
    /// The chain of a change outside.
    Outside(u32),
    /// None: no honest writer names it.
    None,
}

/// Names of one meaning: their columns, and what was named last.
#[derive(Debug)]
pub(super) struct Names {
    index: Column,
    counter: Column,
    near: Near,
}

impl Names {
    /// Names of elements in paths.
    pub(super) fn in_paths() -> Self {
        Self::new(Column::PathIndex, Column::PathCounter)
    }

    /// Names of places and of what is deleted.
    pub(super) fn touched() -> Self {
        Self::new(Column::NameIndex, Column::NameCounter)
    }

    /// Names of what is replaced or annulled.
    pub(super) fn replaced() -> Self {
        Self::new(Column::ReplacedIndex, Column::ReplacedCounter)
    }

    /// Names in the lists of moves and annuls.
    pub(super) fn listed() -> Self {
        Self::new(Column::Listed, Column::ListedCounter)
    }

    fn new(index: Column, counter: Column) -> Self {
        Self { index, counter, near: Near::default() }
    }

    pub(super) fn write(
        &mut self,
        name: Name,
        table: &Table,
        columns: &mut [ColumnWriter; COLUMNS],
    ) {
        let chain = table.chain(name.index);
        columns[self.index as usize].push(u64::from(name.index));
        columns[self.counter as usize].push_near(name.counter, self.near.get(chain));
        self.near.set(chain, name.counter);
    }

    pub(super) fn read(
        &mut self,
        table: &Table,
        columns: &mut [ColumnReader<'_>; COLUMNS],
    ) -> Result<Name, DecodeError> {
        let index = columns[self.index as usize].read_u32()?;
        let chain = table.chain(index);
        let counter = columns[self.counter as usize].read_near(self.near.get(chain))?;
        self.near.set(chain, counter);
        Ok(Name { index, counter })
    }

    /// Writes the next name of a list.
    pub(super) fn write_next(
        &mut self,
        listed: &mut Listed,
        name: Name,
        table: &Table,
        columns: &mut [ColumnWriter; COLUMNS],
    ) {
        let (chain, head) = (table.chain(name.index), listed.head(name));
        columns[self.index as usize].push(head);
        if head > 0 {
            columns[self.counter as usize].push_near(name.counter, self.near.get(chain));
        }
        self.near.set(chain, name.counter);
    }

    /// Reads the next name of a list.
    pub(super) fn read_next(
        &mut self,
        listed: &mut Listed,
        table: &Table,
        columns: &mut [ColumnReader<'_>; COLUMNS],
    ) -> Result<Name, DecodeError> {
        let head = columns[self.index as usize].read()?;
        let name = listed.name(head, |index| {
            columns[self.counter as usize].read_near(self.near.get(table.chain(index)))
        })?;
        self.near.set(table.chain(name.index), name.counter);
        Ok(name)
    }

    /// Remembers a counter that was touched without being named.
    pub(super) fn remember(&mut self, chain: Chain, counter: u32) {
        self.near.set(chain, counter);
    }
}

/// What counters are written from on a chain where none was named.
const UNNAMED: u32 = 0;

/// The counter that was named last on every chain; [`UNNAMED`] where none was.
#[derive(Debug, Default)]
struct Near {
    lanes: Vec<u32>,
    outside: Vec<u32>,
}

impl Near {
    fn get(&self, chain: Chain) -> u32 {
        match chain {
            Chain::Lane(lane) => named(&self.lanes, lane.get()),
            Chain::Outside(place) => named(&self.outside, place),
            Chain::None => UNNAMED,
        }
    }

    fn set(&mut self, chain: Chain, counter: u32) {
        let (all, place) = match chain {
            Chain::Lane(lane) => (&mut self.lanes, lane.place()),
            Chain::Outside(place) => (&mut self.outside, place as usize),
            Chain::None => return,
        };
        if place >= all.len() {
            all.resize(place + 1, UNNAMED);
        }
        all[place] = counter;
    }
}

fn named(counters: &[u32], place: u32) -> u32 {
    counters.get(place as usize).map_or(UNNAMED, |counter| *counter)
}

/// The chains that the names in one member point into.
#[derive(Debug)]
pub(super) struct Table {
    own: LaneIndex,
    others: Vec<Chain>,
}

impl Table {
    /// That of no member yet.
    pub(super) fn new() -> Self {
        Self { own: LaneIndex::FIRST, others: Vec::new() }
    }

    /// Enters the table of a member of a lane, which depends on nothing yet.
    pub(super) fn enter(&mut self, own: LaneIndex) {
        self.own = own;
        self.others.clear();
    }

    /// Enters the next dependency of the member. `lane_of` knows the lanes of members.
    pub(super) fn depend_on(
        &mut self,
        reference: Reference,
        lane_of: impl Fn(MemberIndex) -> LaneIndex,
    ) {
        self.others.push(match reference {
            Reference::Member(member) => Chain::Lane(lane_of(member)),
            Reference::Outside(place) => Chain::Outside(place),
        });
    }

    pub(super) fn chain(&self, index: u32) -> Chain {
        match index.checked_sub(1) {
            None => Chain::Lane(self.own),
            Some(other) => self.others.get(other as usize).map_or(Chain::None, |chain| *chain),
        }
    }

    pub(super) fn own(&self) -> Chain {
        Chain::Lane(self.own)
    }
}
