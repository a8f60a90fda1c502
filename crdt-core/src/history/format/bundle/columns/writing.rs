//! Writing members as columns.

use super::distance::{Names, Table};
use super::runs::{Extent, Run};
use super::shapes::Dictionary;
use super::{COLUMNS, Column, is_insert};
use crate::codec::{ColumnWriter, DecodeError, value, write_block, write_columns};
use crate::history::format::bundle::{Leaving, Reference};
use crate::history::format::numbers::{LaneIndex, MemberIndex, Number as _, Numbered};
use crate::history::format::tags::Tags;
use crate::op::{Action, Body, Listed, Name, Place, RawOp, Side, Standing, kind, kind_of};

/// Members written so far.
pub(crate) struct Writer<'a> {
    body: Body<'a>,
    ops: usize,
    columns: [ColumnWriter; COLUMNS],
    dictionary: Dictionary<'a>,
    /// Tags, payloads and bodies of unknown ops, in the order in which they are read.
    content: Vec<u8>,
    lanes: Numbered<LaneIndex, Lane<'a>>,
    /// The lane of each member.
    lane_of: Numbered<MemberIndex, LaneIndex>,
    extents: Vec<Extent>,
    table: Table,
    names: Names,
    path_names: Names,
    replaced: Names,
    listed: Names,
}

/// Members that follow on each other.
struct Lane<'a> {
    /// The last member.
    last: MemberIndex,
    run: Option<Run<'a>>,
    /// Everything inserted in it.
    text: Vec<u8>,
    seeds: Vec<u8>,
}

impl<'a> Writer<'a> {
    pub(in crate::history::format::bundle) fn new() -> Self {
        Self {
            body: Body::known(),
            ops: 0,
            columns: Default::default(),
            dictionary: Dictionary::default(),
            content: Vec::new(),
            lanes: Numbered::default(),
            lane_of: Numbered::default(),
            extents: Vec::new(),
            table: Table::new(),
            names: Names::touched(),
            path_names: Names::in_paths(),
            replaced: Names::replaced(),
            listed: Names::listed(),
        }
    }

    pub(in crate::history::format::bundle) fn push(
        &mut self,
        member: &Leaving<'a, '_>,
    ) -> Result<(), DecodeError> {
        let place = self.lane_of.next();
        let lane = self.lane(place, member)?;
        self.lane_of.push(lane)?;
        self.put(Column::Dependencies, member.dependencies.len() as u64);
        self.table.enter(lane);
        for reference in member.dependencies {
            self.put(Column::Dependency, reference.raw(place));
            self.table.depend_on(*reference, |member| self.lane_of[member]);
        }
        self.tags(member.tags);
        self.body.enter(member.body, member.start);
        while let Some((counter, op)) = self.body.next_op()? {
            self.ops += 1;
            self.op(lane, counter, &op);
        }
        self.put(Column::Counters, u64::from(self.body.next_counter() - member.start));
        Ok(())
    }

    /// The lane of a member: that of its predecessor if it is the last there, else a new one.
    fn lane(
        &mut self,
        place: MemberIndex,
        member: &Leaving<'a, '_>,
    ) -> Result<LaneIndex, DecodeError> {
        if let Some(Reference::Member(before)) = member.prev {
            let lane = self.lane_of[before];
            let known = &mut self.lanes[lane];
            if known.last == before {
                known.last = place;
                self.put(Column::Lane, lane.get().into());
                return Ok(lane);
            }
        }
        let lane = self.lanes.next();
        self.put(Column::Lane, lane.get().into());
        self.put(Column::LaneAuthor, member.author as u64);
        self.put(Column::LaneStart, member.prev.map_or(0, |prev| prev.raw(place) + 1));
        if let Some(Reference::Outside(_)) = member.prev {
            self.put(Column::LaneSeq, u64::from(member.seq));
            self.put(Column::LaneCounter, u64::from(member.start));
        }
        let opened = Lane { last: place, run: None, text: Vec::new(), seeds: Vec::new() };
        Ok(self.lanes.push(opened)?)
    }

    fn put(&mut self, column: Column, value: u64) {
        self.columns[column as usize].push(value);
    }

    fn tags(&mut self, tags: &Tags) {
        let bytes = if *tags == Tags::NONE { &[] } else { tags.as_bytes() };
        self.put(Column::TagBytes, bytes.len() as u64);
        self.content.extend_from_slice(bytes);
    }

    fn op(&mut self, lane: LaneIndex, counter: u32, op: &RawOp<'a>) {
        let known = &mut self.lanes[lane];
        if let Some(run) = &mut known.run
            && run.take(counter, op)
        {
            let extent = &mut self.extents[run.number];
            extent.length += if is_insert(run.kind) { op.counters } else { 1 };
            extent.step = run.step();
        } else {
            let run = Run::new(self.extents.len(), counter, op);
            let end = if run.kind == kind::INSERT { known.seeds.len() } else { known.text.len() };
            known.run = Some(run);
            self.extents.push(Extent::new(lane, op, end));
            self.begin_run(op);
        }
        self.remember(lane, counter, op);
    }

    /// Remembers what was touched last, and the content of an insert until its run ends.
    fn remember(&mut self, lane: LaneIndex, counter: u32, op: &RawOp<'a>) {
        let lane = &mut self.lanes[lane];
        let end = match op.action {
            Action::Insert { seeds, .. } => {
                lane.seeds.extend_from_slice(seeds.as_bytes());
                self.path_names.remember(self.table.own(), counter);
                lane.seeds.len()
            }
            Action::InsertText { text, .. } => {
                lane.text.extend_from_slice(text.as_bytes());
                lane.text.len()
            }
            Action::Delete { first, .. } => {
                return self.names.remember(self.table.chain(first.index), first.counter);
            }
            Action::Move { .. } => {
                return self.names.remember(self.table.own(), counter + op.counters - 1);
            }
            _ => return,
        };
        self.names.remember(self.table.own(), counter + op.counters - 1);
        if let Some(run) = &lane.run {
            self.extents[run.number].content.end = end;
        }
    }

    fn begin_run(&mut self, op: &RawOp<'a>) {
        self.shape(op);
        if let Action::Unknown { body, .. } = op.action {
            self.put(Column::UnknownCounters, u64::from(op.counters));
            self.put(Column::UnknownBytes, body.len() as u64);
            self.content.extend_from_slice(body);
            return;
        }
        match &op.action {
            Action::Set { replaces, of, payload } => {
                self.replaced(replaces);
                if let Some(of) = of {
                    self.replaced.write(*of, &self.table, &mut self.columns);
                }
                self.put(Column::PayloadBytes, value::stated_length(payload) as u64);
                self.content.extend_from_slice(payload);
            }
            Action::Unset { replaces: names }
            | Action::Reset { annuls: names }
            | Action::Put { replaces: names }
            | Action::Remove { replaces: names } => self.replaced(names),
            Action::Add { delta } => self.columns[Column::Delta as usize].push_signed(*delta),
            Action::Insert { place, .. } | Action::InsertText { place, .. } => self.place(*place),
            Action::Delete { first, count } => {
                self.name(*first);
                self.put(Column::DeleteCount, u64::from(*count));
            }
            Action::Move { place, elements } => {
                self.place(*place);
                self.list(elements);
            }
            Action::Annul { standing, names } => {
                self.put(Column::Standing, u64::from(*standing == Standing::Stands));
                self.list(names);
            }
            Action::Unknown { .. } => {}
        }
    }

    fn shape(&mut self, op: &RawOp<'a>) {
        let shape = self.dictionary.enter(kind_of(&op.action), op.path);
        self.put(Column::Shape, shape);
        let Self { columns, dictionary, table, path_names, .. } = self;
        for symbol in &dictionary.parts.keys {
            columns[Column::Symbol as usize].push(*symbol);
        }
        for name in &dictionary.parts.elements {
            path_names.write(*name, table, columns);
        }
    }

    fn place(&mut self, place: Place<Name>) {
        match place {
            Place::Root => self.put(Column::Place, 0),
            Place::Child(parent, side) => {
                self.put(Column::Place, if side == Side::Right { 1 } else { 2 });
                self.name(parent);
            }
        }
    }

    fn name(&mut self, name: Name) {
        self.names.write(name, &self.table, &mut self.columns);
    }

    fn replaced(&mut self, names: &[Name]) {
        self.put(Column::Replaced, names.len() as u64);
        for name in names {
            self.replaced.write(*name, &self.table, &mut self.columns);
        }
    }

    fn list(&mut self, names: &[Name]) {
        let mut listed = Listed::default();
        for name in names {
            self.listed.write_next(&mut listed, *name, &self.table, &mut self.columns);
        }
    }

    /// The columns, the dictionary of paths, inserted text, seeds, and all other content (tags,
    /// payloads, unknown ops), each a block; and how many ops are in them.
    pub(in crate::history::format::bundle) fn finish(mut self) -> (Vec<u8>, usize) {
        let mut out = Vec::new();
        let (mut text, mut seeds) = (Vec::new(), Vec::new());
        for extent in core::mem::take(&mut self.extents) {
            let lane = &self.lanes[extent.lane];
            match extent.kind {
                kind::INSERT => seeds.extend_from_slice(&lane.seeds[extent.content]),
                kind::INSERT_TEXT => text.extend_from_slice(&lane.text[extent.content]),
                kind::DELETE | kind::MOVE | kind::ANNUL => {}
                _ => continue,
            }
            self.put(Column::Length, u64::from(extent.length));
            if let Some(step) = extent.step {
                self.columns[Column::DeleteStep as usize].push_signed(step);
            }
        }
        let columns = write_columns(self.columns);
        for content in [&columns, &self.dictionary.finish(), &text, &seeds, &self.content] {
            write_block(&mut out, content);
        }
        (out, self.ops)
    }
}
