//! Cutting elements out of a run, and what the tree keeps in their place.

use super::order::Stamp;
use super::piece::{Piece, Totals};
use super::{Content, OpOrder, Sequence, Spot};
use crate::btree::Cursor;

/// What came of deleting a part of a run.
pub(super) struct Cut<C: Content> {
    /// The content that was there.
    pub(super) removed: Option<C::Removed>,
    /// Where the first part of the run that is left over is now, if any is: it begins at the same
    /// position as the run did.
    pub(super) survivor: Option<Cursor>,
}

impl<C: Content> Sequence<C> {
    /// Deletes the elements of a visible run from a spot up to the offset `to`.
    pub(super) fn cut<O: OpOrder + ?Sized>(&mut self, spot: Spot, to: u32, order: &O) -> Cut<C> {
        let Spot { mut at, offset } = spot;
        let len = self.tree.get(at).len();
        match (offset == 0, to == len) {
            (true, true) => return self.bury(at, order),
            (true, false) => return self.cut_front(at, to, order),
            (false, true) => {}
            (false, false) => {
                let rest = self.split(at, to, order);
                at = self.tree.prev(rest).unwrap_or(at);
            }
        }
        self.cut_back(at, offset, order)
    }

    /// Deletes a whole run and joins it with deleted neighbours.
    fn bury<O: OpOrder + ?Sized>(&mut self, at: Cursor, order: &O) -> Cut<C> {
        let removed = self.tree.amend(at, Piece::bury);
        if let Some(next) = self.deleted_after(at) {
            self.join(at, next, order);
        }
        if let Some(prev) = self.deleted_before(at) {
            self.join(prev, at, order);
        }
        Cut { removed, survivor: None }
    }

    /// Deletes the beginning of a run. A deleted run before it grows if it can.
    fn cut_front<O: OpOrder + ?Sized>(&mut self, at: Cursor, to: u32, order: &O) -> Cut<C> {
        let Some(prev) = self.deleted_before(at) else {
            let rest = self.split(at, to, order);
            let at = self.tree.prev(rest).unwrap_or(at);
            return Cut { removed: self.tree.amend(at, Piece::bury), survivor: Some(rest) };
        };
        let rest = Stamp::of(self.tree.get(at).id.plus(to), order);
        let trim = |run: &mut Piece<C>| {
            run.begin_at(rest);
            run.remove(0..to)
        };
        // Beside a lower op in the same leaf, it does not matter that the run's least op rises.
        let removed = if prev.leaf == at.leaf {
            self.tree.amend(at, trim)
        } else {
            self.tree.update(at, order, trim)
        };
        let run = self.tree.get_mut(at);
        if run.listed() < run.id {
            // Under its last element, since whoever deletes forward goes on deleting the first.
            self.index.relist(run, run.id.plus(run.len() - 1), at.leaf);
        }
        self.tree.get_mut(prev).extend(to);
        Cut { removed, survivor: Some(at) }
    }

    /// Deletes the end of a run. A deleted run behind it grows if it can.
    fn cut_back<O: OpOrder + ?Sized>(&mut self, at: Cursor, offset: u32, order: &O) -> Cut<C> {
        self.list_before(at, offset);
        let next = self.deleted_after(at);
        let run = self.tree.get(at);
        let (id, len) = (run.id.plus(offset), run.len());
        let time = match next {
            // Times rise along a chain.
            Some(next) if self.tree.get(next).time == run.time => run.time,
            _ => order.time(id),
        };
        let first = Stamp { time, id };
        let removed = self.tree.amend(at, |run| run.remove(offset..len));
        let survivor = if let Some(next) = next {
            if next.leaf == at.leaf {
                // What is lower than the deleted elements is in this leaf still.
                self.tree.get_mut(next).begin_at(first);
            } else {
                self.tree.extend(next, Totals::deleted(first), order, |run| run.begin_at(first));
            }
            Some(at)
        } else {
            let behind = self.put(at.gap_after(), Piece::deleted(first, len - offset), order);
            self.tree.prev(behind)
        };
        Cut { removed, survivor }
    }

    /// The deleted run right before a run that it could be one with.
    fn deleted_before(&self, at: Cursor) -> Option<Cursor> {
        let prev = self.tree.prev(at)?;
        let run = self.tree.get(prev);
        (run.is_deleted() && run.ends_before(self.tree.get(at).id)).then_some(prev)
    }

    /// The deleted run right behind a run that it could be one with.
    fn deleted_after(&self, at: Cursor) -> Option<Cursor> {
        let next = self.tree.next(at)?;
        let run = self.tree.get(next);
        (run.is_deleted() && self.tree.get(at).ends_before(run.id)).then_some(next)
    }

    /// Makes one of two neighbouring deleted runs.
    fn join<O: OpOrder + ?Sized>(&mut self, left: Cursor, right: Cursor, order: &O) {
        let gone = self.tree.remove(right, order);
        self.index.unlist(&gone);
        self.tree.get_mut(left).extend(gone.len());
    }
}
