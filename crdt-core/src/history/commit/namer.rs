//! Ops of a draft in canonical bytes, with names for ids.

use super::Unwritten;
use super::draft::{LocalAction, LocalOp, LocalPath, Written};
use crate::history::format::numbers::{BranchIndex, Number as _};
use crate::history::store::chains::Chains;
use crate::history::store::table::Table;
use crate::op::{
    Action, Id, IdRange, Name, Place, Seeds, Segment, write_depth, write_op, write_segment,
};
use crate::sorted::order;

/// Turns ids into names.
pub(super) struct Namer<'a> {
    pub(super) chains: &'a Chains,
    /// The branch of the change.
    pub(super) own: BranchIndex,
    /// The counter that editors took the first op of all to have.
    pub(super) assumed: u32,
    /// How much higher the counters come to be.
    pub(super) shift: u32,
    pub(super) table: Table,
}

impl Namer<'_> {
    /// Appends ops in canonical bytes to the body of what was written. A delete goes through one
    /// entry of the table; what is left of its range beyond that entry is put into `rest`, to be
    /// deleted later.
    pub(super) fn encode(
        &self,
        ops: &[LocalOp],
        written: &mut Written,
        rest: &mut Vec<LocalOp>,
    ) -> Result<(), Unwritten> {
        let Written { paths, text, body, path, .. } = written;
        let mut last = None;
        for op in ops {
            if last != Some(op.path) {
                last = Some(op.path);
                path.clear();
                self.write_path(path, paths, op.path)?;
            }
            let action = self.action(op, text, rest)?;
            write_op(body, path, op.counters, &action);
        }
        Ok(())
    }

    fn name(&self, id: Id) -> Result<Name, Unwritten> {
        if id.chain == self.own.get() && id.counter >= self.assumed {
            return Ok(Name { index: 0, counter: id.counter + self.shift });
        }
        let name = self.table.name(self.chains, id);
        name.ok_or(Unwritten::Inconsistent("an op names what is not in the history"))
    }

    fn each(&self, ids: &[Id]) -> Result<Vec<Name>, Unwritten> {
        ids.iter().map(|id| self.name(*id)).collect()
    }

    /// One name per chain other than the author's own, ascending.
    fn names(&self, ids: &[Id]) -> Result<Vec<Name>, Unwritten> {
        let mut names = self.each(ids)?;
        order::sort_by_key(&mut names, |name| (name.index, core::cmp::Reverse(name.counter)));
        names.dedup_by_key(|name| name.index);
        names.retain(|name| name.index > 0);
        Ok(names)
    }

    fn place(&self, place: Place<Id>) -> Result<Place<Name>, Unwritten> {
        Ok(match place {
            Place::Root => Place::Root,
            Place::Child(parent, side) => Place::Child(self.name(parent)?, side),
        })
    }

    fn write_path(
        &self,
        out: &mut Vec<u8>,
        paths: &[LocalPath],
        path: Option<u32>,
    ) -> Result<(), Unwritten> {
        let path = path.map(|number| &paths[number as usize]);
        write_depth(out, path.map_or(0, |path| path.depth));
        path.map_or(Ok(()), |path| self.write_segments(out, paths, path))
    }

    /// Appends the segments of a path from the root on. How many there may be has been checked.
    fn write_segments(
        &self,
        out: &mut Vec<u8>,
        paths: &[LocalPath],
        path: &LocalPath,
    ) -> Result<(), Unwritten> {
        if let Some(parent) = path.parent {
            self.write_segments(out, paths, &paths[parent as usize])?;
        }
        let segment = match path.segment.as_segment() {
            Segment::Field(name) => Segment::Field(name),
            Segment::Variant(name) => Segment::Variant(name),
            Segment::Key(key) => Segment::Key(key),
            Segment::Element(id) => Segment::Element(self.name(id)?),
        };
        write_segment(out, segment);
        Ok(())
    }

    fn action<'a>(
        &self,
        op: &'a LocalOp,
        texts: &'a str,
        rest: &mut Vec<LocalOp>,
    ) -> Result<Action<'a, Name>, Unwritten> {
        Ok(match &op.action {
            LocalAction::Set { replaces, of, payload } => Action::Set {
                replaces: self.names(replaces)?,
                of: of.map(|of| self.name(of)).transpose()?,
                payload,
            },
            LocalAction::Unset { replaces } => Action::Unset { replaces: self.names(replaces)? },
            LocalAction::Add { delta } => Action::Add { delta: *delta },
            LocalAction::Reset { annuls } => Action::Reset { annuls: self.names(annuls)? },
            LocalAction::Insert { place, seeds } => {
                Action::Insert { place: self.place(*place)?, seeds: Seeds::from_checked(seeds) }
            }
            LocalAction::InsertText { place, text } => {
                let text = texts.get(text.clone());
                let text = text.ok_or(Unwritten::Inconsistent("an insert has no text"))?;
                Action::InsertText { place: self.place(*place)?, text }
            }
            LocalAction::Delete { range } => self.delete(op.path, *range, rest)?,
            LocalAction::Put { replaces } => Action::Put { replaces: self.names(replaces)? },
            LocalAction::Remove { replaces } => Action::Remove { replaces: self.names(replaces)? },
            LocalAction::Move { place, elements } => {
                Action::Move { place: self.place(*place)?, elements: self.each(elements)?.into() }
            }
            LocalAction::Annul { standing, names } => {
                let mut names = self.each(names)?;
                order::sort(&mut names);
                names.dedup();
                Action::Annul { standing: *standing, names: names.into() }
            }
        })
    }

    /// A delete of as much of a range as goes through one entry of the table. Of its own chain that
    /// is all of it; counters of changes that were written before lie between, and name no
    /// elements.
    fn delete(
        &self,
        path: Option<u32>,
        range: IdRange,
        rest: &mut Vec<LocalOp>,
    ) -> Result<Action<'static, Name>, Unwritten> {
        let first = self.name(Id { chain: range.chain, counter: range.start })?;
        let mut end = range.end;
        if range.chain != self.own.get() {
            end = self.table.reach(self.chains, range).min(end);
        } else if end > self.assumed {
            end += self.shift;
        }
        if end < range.end {
            let action = LocalAction::Delete { range: IdRange { start: end, ..range } };
            rest.push(LocalOp { path, counters: 1, action });
        }
        let count = end.checked_sub(first.counter).filter(|count| *count > 0);
        let count = count.ok_or(Unwritten::Inconsistent("a delete names nothing"))?;
        Ok(Action::Delete { first, count })
    }
}
