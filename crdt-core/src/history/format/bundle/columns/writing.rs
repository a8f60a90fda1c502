//! Writing members as columns.

use super::distance::{Names, Table};
use super::runs::{Extent, Run};
use super::shapes::Dictionary;
use super::{COLUMNS, Column, is_insert};
use crate::codec::{ColumnWriter, value, write_block, write_columns};
use crate::history::format::bundle::Reference;
use crate::history::format::bundle::encoding::Outgoing;
use crate::history::format::header::Tags;
use crate::history::store::stored::Stored;
use crate::op::{Action, Body, Name, Place, RawOp, Side, kind, kind_of};

/// Appends the members of a bundle: the columns, the dictionary of paths, inserted text, seeds, and
/// all other content (tags, payloads, unknown ops), each a block. Says how many ops are in them;
/// `None` if the history contradicts itself.
pub(crate) fn write(out: &mut Vec<u8>, bundle: &Outgoing<'_>) -> Option<usize> {
    let mut writer = Writer::new();
    for (place, member) in bundle.members() {
        writer.member(bundle, place, &member)?;
    }
    let ops = writer.ops;
    writer.finish(out);
    Some(ops)
}

struct Writer<'a> {
    body: Body<'a>,
    ops: usize,
    columns: [ColumnWriter; COLUMNS],
    dictionary: Dictionary<'a>,
    /// Tags, payloads and bodies of unknown ops, in the order in which they are read.
    content: Vec<u8>,
    lanes: Vec<Lane<'a>>,
    /// The lane of each member.
    lane_of: Vec<u32>,
    extents: Vec<Extent>,
    table: Table,
    names: Names,
    path_names: Names,
    replaced: Names,
}

/// Members that follow on each other.
struct Lane<'a> {
    /// The last member.
    last: u32,
    run: Option<Run<'a>>,
    /// Everything inserted in it.
    text: Vec<u8>,
    seeds: Vec<u8>,
}

impl<'a> Writer<'a> {
    fn new() -> Self {
        Self {
            body: Body::known(),
            ops: 0,
            columns: Default::default(),
            dictionary: Dictionary::default(),
            content: Vec::new(),
            lanes: Vec::new(),
            lane_of: Vec::new(),
            extents: Vec::new(),
            table: Table::default(),
            names: Names::touched(),
            path_names: Names::in_paths(),
            replaced: Names::replaced(),
        }
    }

    fn push(&mut self, column: Column, value: u64) {
        self.columns[column as usize].push(value);
    }

    fn member(&mut self, bundle: &Outgoing<'a>, place: u32, member: &Stored<'a>) -> Option<()> {
        let lane = self.lane(bundle, place, member)?;
        self.lane_of.push(lane);
        self.push(Column::Dependencies, member.dependencies.len() as u64);
        self.table.enter(lane);
        for below in member.dependencies {
            let reference = bundle.reference(*below)?;
            self.push(Column::Dependency, reference.raw(place));
            self.table.depend_on(reference, |member| self.lane_of[member as usize]);
        }
        self.tags(member.tags);
        self.body.enter(member.body, member.start);
        while let Some((counter, op)) = self.body.next_op().ok()? {
            self.ops += 1;
            self.op(lane, counter, &op);
        }
        self.push(Column::Counters, u64::from(self.body.next_counter() - member.start));
        Some(())
    }

    /// The lane of a member: that of its predecessor if it is the last there, else a new one.
    fn lane(&mut self, bundle: &Outgoing<'a>, place: u32, member: &Stored<'a>) -> Option<u32> {
        let prev = match member.prev {
            Some(prev) => Some(bundle.reference(prev)?),
            None => None,
        };
        if let Some(Reference::Member(before)) = prev {
            let lane = self.lane_of[before as usize];
            let known = &mut self.lanes[lane as usize];
            if known.last == before {
                known.last = place;
                self.push(Column::Lane, u64::from(lane));
                return Some(lane);
            }
        }
        let lane = u32::try_from(self.lanes.len()).ok()?;
        self.push(Column::Lane, u64::from(lane));
        self.push(Column::LaneAuthor, bundle.author_of(member)? as u64);
        self.push(Column::LaneStart, prev.map_or(0, |reference| reference.raw(place) + 1));
        if let Some(Reference::Outside(_)) = prev {
            let seq = bundle.history.chains.seq_of(member.change);
            self.push(Column::LaneSeq, u64::from(seq));
            self.push(Column::LaneCounter, u64::from(member.start));
        }
        self.lanes.push(Lane { last: place, run: None, text: Vec::new(), seeds: Vec::new() });
        Some(lane)
    }

    fn tags(&mut self, tags: &Tags) {
        let bytes = if *tags == Tags::NONE { &[] } else { tags.as_bytes() };
        self.push(Column::TagBytes, bytes.len() as u64);
        self.content.extend_from_slice(bytes);
    }

    fn op(&mut self, lane: u32, counter: u32, op: &RawOp<'a>) {
        let known = &mut self.lanes[lane as usize];
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
    fn remember(&mut self, lane: u32, counter: u32, op: &RawOp<'a>) {
        let lane = &mut self.lanes[lane as usize];
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
            self.push(Column::UnknownCounters, u64::from(op.counters));
            self.push(Column::UnknownBytes, body.len() as u64);
            self.content.extend_from_slice(body);
            return;
        }
        match &op.action {
            Action::Set { replaces, payload } => {
                self.replaced(replaces);
                self.push(Column::PayloadBytes, value::stated_length(payload) as u64);
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
                self.push(Column::DeleteCount, u64::from(*count));
            }
            Action::Unknown { .. } => {}
        }
    }

    fn shape(&mut self, op: &RawOp<'a>) {
        let shape = self.dictionary.enter(kind_of(&op.action), op.path);
        self.push(Column::Shape, shape);
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
            Place::Root => self.push(Column::Place, 0),
            Place::Child(parent, side) => {
                self.push(Column::Place, if side == Side::Right { 1 } else { 2 });
                self.name(parent);
            }
        }
    }

    fn name(&mut self, name: Name) {
        self.names.write(name, &self.table, &mut self.columns);
    }

    fn replaced(&mut self, names: &[Name]) {
        self.push(Column::Replaced, names.len() as u64);
        for name in names {
            self.replaced.write(*name, &self.table, &mut self.columns);
        }
    }

    fn finish(mut self, out: &mut Vec<u8>) {
        let (mut text, mut seeds) = (Vec::new(), Vec::new());
        for extent in core::mem::take(&mut self.extents) {
            let lane = &self.lanes[extent.lane as usize];
            match extent.kind {
                kind::INSERT => seeds.extend_from_slice(&lane.seeds[extent.content]),
                kind::INSERT_TEXT => text.extend_from_slice(&lane.text[extent.content]),
                kind::DELETE => {}
                _ => continue,
            }
            self.push(Column::Length, u64::from(extent.length));
            if let Some(step) = extent.step {
                self.columns[Column::DeleteStep as usize].push_signed(step);
            }
        }
        let columns = write_columns(self.columns);
        for content in [&columns, &self.dictionary.finish(), &text, &seeds, &self.content] {
            write_block(out, content);
        }
    }
}
