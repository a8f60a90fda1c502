//! Cutting elements out of a run, and what the tree keeps in their place.

use core::ops::Range;

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
        let Spot { at, offset } = spot;
        let len = self.tree.get(at).len();
        match (offset == 0, to == len) {
            (true, true) => self.bury(at, order),
            (true, false) => self.cut_front(at, to, order),
            (false, true) => self.cut_back(at, offset, order),
            (false, false) => self.cut_middle(at, offset..to, order),
        }
    }

    /// Deletes elements in the middle of a run.
    fn cut_middle<O: OpOrder + ?Sized>(
        &mut self,
        at: Cursor,
        range: Range<u32>,
        order: &O,
    ) -> Cut<C> {
        let rest = self.split_off(at, range.end, order);
        let mut gone = self.split_off(at, range.start, order);
        let removed = gone.bury();
        let behind = self.put(at.gap_after(), [gone, rest], order);
        Cut { removed, survivor: self.tree.prev(behind) }
    }

    /// Deletes a whole run and joins it with deleted neighbours.
    fn bury<O: OpOrder + ?Sized>(&mut self, at: Cursor, order: &O) -> Cut<C> {
        let removed = self.tree.amend(at, Piece::bury);
        if self.deleted_after(at).is_some() {
            self.join(at, order);
        }
        if let Some(prev) = self.deleted_before(at) {
            self.join(prev, order);
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
        self.list_from(at, to);
        let removed = if prev.leaf == at.leaf {
            self.tree.transfer(prev, |before, run| run.give_front(before, to, order))
        } else {
            let rest = Stamp::of(self.tree.get(at).id.plus(to), order);
            self.tree.get_mut(prev).extend(to);
            let taken = self.tree.update(at, order, |run| {
                run.begin_at(rest);
                run.remove(0..to)
            });
            taken.map(|(removed, _)| removed)
        };
        Cut { removed, survivor: Some(at) }
    }

    /// Deletes the end of a run. A deleted run behind it grows if it can.
    fn cut_back<O: OpOrder + ?Sized>(&mut self, at: Cursor, offset: u32, order: &O) -> Cut<C> {
        self.list_before(at, offset);
        let next = self.deleted_after(at);
        if next.is_some_and(|next| next.leaf == at.leaf) {
            let give =
                |run: &mut Piece<C>, behind: &mut Piece<C>| run.give_back(behind, offset, order);
            return Cut { removed: self.tree.transfer(at, give), survivor: Some(at) };
        }
        let run = self.tree.get(at);
        let (first, len) = (Stamp::of(run.id.plus(offset), order), run.len());
        let taken = self.tree.amend(at, |run| run.remove(offset..len));
        let survivor = if let Some(next) = next {
            self.tree.extend(next, Totals::deleted(first), order, |run| run.begin_at(first));
            Some(at)
        } else {
            let behind = self.put(at.gap_after(), [Piece::deleted(first, len - offset)], order);
            self.tree.prev(behind)
        };
        Cut { removed: taken.map(|(removed, _)| removed), survivor }
    }

    /// Sees to it that a run is listed under an element from `offset` on.
    fn list_from(&mut self, at: Cursor, offset: u32) {
        let run = self.tree.get(at);
        if run.listed < run.id.counter + offset {
            // Under its last element, since whoever deletes forward goes on deleting the first.
            self.relist(at, run.id.counter + run.len() - 1);
        }
    }

    /// The deleted run right before a run that it could be one with.
    fn deleted_before(&self, at: Cursor) -> Option<Cursor> {
        let prev = self.tree.prev(at)?;
        self.tree.get(prev).is_deleted_before(self.tree.get(at)).then_some(prev)
    }

    /// The deleted run right behind a run that it could be one with.
    fn deleted_after(&self, at: Cursor) -> Option<Cursor> {
        let next = self.tree.next(at)?;
        self.tree.get(next).is_deleted_behind(self.tree.get(at)).then_some(next)
    }

    /// Makes one of a deleted run and the deleted run behind it.
    fn join<O: OpOrder + ?Sized>(&mut self, left: Cursor, order: &O) {
        let gone = self.tree.merge(left, order, |run, next| run.extend(next.len()));
        let index = self.aids.get_mut().and_then(|aids| aids.index.get_mut());
        if let (Some(gone), Some(index)) = (gone, index) {
            index.unlist(&gone);
        }
    }
}
