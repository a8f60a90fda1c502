//! The ops of a draft in canonical bytes, with names for ids.

use super::chains::Next;
use super::draft::{Draft, LocalAction, LocalOp, LocalPath, LocalSegment, Written};
use super::local::TooLarge;
use super::store::History;
use super::table::Table;
use crate::op::limits::{MAX_CHANGE_OPS, MAX_COUNTER};
use crate::op::{
    Action, Id, Key, Name, Place, Seeds, Segment, write_depth, write_op, write_segment,
};

impl History {
    /// Writes the ops of a draft, which will lie at `next`, in canonical bytes into its body.
    pub(super) fn encode(
        &self,
        draft: &mut Draft,
        next: Next,
        table: Table,
    ) -> Result<(), TooLarge> {
        let Written { paths, ops, text, body, path } = &mut draft.written;
        if ops.len() > MAX_CHANGE_OPS {
            return Err(TooLarge("ops of a change"));
        }
        let Next { segment: own, start, .. } = next;
        let counters: u64 = ops.iter().map(|op| u64::from(op.counters)).sum();
        if u64::from(start) + counters > u64::from(MAX_COUNTER) {
            return Err(TooLarge("counters of a chain"));
        }
        let namer = Namer { history: self, own, assumed: draft.start, start, table };
        body.clear();
        let mut last = None;
        for op in &*ops {
            if last != Some(op.path) {
                last = Some(op.path);
                path.clear();
                namer.write_path(path, paths, op.path);
            }
            namer.write(body, path, op, text);
        }
        Ok(())
    }
}

/// Turns ids into names.
struct Namer<'a> {
    history: &'a History,
    /// The segment of the change.
    own: u32,
    /// The counter that its first op was taken to have.
    assumed: u32,
    /// The counter that its first op has.
    start: u32,
    table: Table,
}

impl Namer<'_> {
    fn name(&self, id: Id) -> Name {
        if id.chain == self.own && id.counter >= self.assumed {
            return Name { index: 0, counter: id.counter - self.assumed + self.start };
        }
        let name = self.table.name(&self.history.chains, id);
        debug_assert!(name.is_some(), "the table of a draft holds every chain that it names");
        name.unwrap_or(Name { index: 0, counter: id.counter })
    }

    /// One name per chain other than the author's own, ascending.
    fn names(&self, ids: &[Id]) -> Vec<Name> {
        let mut names: Vec<Name> = ids.iter().map(|id| self.name(*id)).collect();
        names.sort_unstable_by_key(|name| (name.index, core::cmp::Reverse(name.counter)));
        names.dedup_by_key(|name| name.index);
        names.retain(|name| name.index > 0);
        names
    }

    fn place(&self, place: Place<Id>) -> Place<Name> {
        match place {
            Place::Root => Place::Root,
            Place::Child(parent, side) => Place::Child(self.name(parent), side),
        }
    }

    fn write_path(&self, out: &mut Vec<u8>, paths: &[LocalPath], path: Option<u32>) {
        let path = path.map(|number| &paths[number as usize]);
        write_depth(out, path.map_or(0, |path| path.depth));
        if let Some(path) = path {
            self.write_segments(out, paths, path);
        }
    }

    /// Appends the segments of a path from the root on. How many there may be has been checked.
    fn write_segments(&self, out: &mut Vec<u8>, paths: &[LocalPath], path: &LocalPath) {
        if let Some(parent) = path.parent {
            self.write_segments(out, paths, &paths[parent as usize]);
        }
        let segment = match &path.segment {
            LocalSegment::Field(name) => Segment::Field(name),
            LocalSegment::Variant(name) => Segment::Variant(name),
            LocalSegment::TextKey(text) => Segment::Key(Key::Text(text)),
            LocalSegment::IntegerKey(integer) => Segment::Key(Key::Integer(*integer)),
            LocalSegment::BoolKey(bool) => Segment::Key(Key::Bool(*bool)),
            LocalSegment::Element(id) => Segment::Element(self.name(*id)),
        };
        write_segment(out, segment);
    }

    fn write(&self, out: &mut Vec<u8>, path: &[u8], op: &LocalOp, texts: &str) {
        let action = match &op.action {
            LocalAction::Set { replaces, payload } => {
                Action::Set { replaces: self.names(replaces), payload }
            }
            LocalAction::Unset { replaces } => Action::Unset { replaces: self.names(replaces) },
            LocalAction::Add { delta } => Action::Add { delta: *delta },
            LocalAction::Reset { annuls } => Action::Reset { annuls: self.names(annuls) },
            LocalAction::Insert { place, seeds } => {
                Action::Insert { place: self.place(*place), seeds: Seeds::from_checked(seeds) }
            }
            LocalAction::InsertText { place, text } => {
                let text = texts.get(text.clone()).unwrap_or_default();
                Action::InsertText { place: self.place(*place), text }
            }
            LocalAction::Delete { range } => Action::Delete {
                first: self.name(Id { chain: range.chain, counter: range.start }),
                count: range.end - range.start,
            },
            LocalAction::Put { replaces } => Action::Put { replaces: self.names(replaces) },
            LocalAction::Remove { replaces } => Action::Remove { replaces: self.names(replaces) },
        };
        write_op(out, path, op.counters, &action);
    }
}
