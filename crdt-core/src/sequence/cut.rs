//! Cutting elements out of a run, and what the tree keeps in their place.

use core::ops::Range;

use super::order::Stamp;
use super::piece::{Piece, Totals};
use super::{Content, OpOrder, Recent, Sequence, Spot, distance};
use crate::btree::Cursor;
use crate::op::IdRange;

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
        let removed = if prev.leaf == at.leaf {
            self.give_front(at, prev, to, order)
        } else {
            let rest = Stamp::of(self.tree.get(at).id.plus(to), order);
            self.tree.get_mut(prev).extend(to);
            self.tree.update(at, order, |run| run.remove_front(rest))
        };
        self.list_from(at);
        Cut { removed, survivor: Some(at) }
    }

    /// Deletes the end of a run. A deleted run behind it grows if it can.
    fn cut_back<O: OpOrder + ?Sized>(&mut self, at: Cursor, offset: u32, order: &O) -> Cut<C> {
        self.list_before(at, offset);
        let next = self.deleted_after(at);
        if let Some(next) = next
            && next.leaf == at.leaf
        {
            let removed = self.give_back(at, next, offset, order);
            return Cut { removed, survivor: Some(at) };
        }
        let run = self.tree.get(at);
        let (first, len) = (Stamp::of(run.id.plus(offset), order), run.len());
        let removed = self.tree.amend(at, |run| run.remove(offset..len));
        let survivor = if let Some(next) = next {
            self.tree.extend(next, Totals::deleted(first), order, |run| run.begin_at(first));
            Some(at)
        } else {
            let behind = self.put(at.gap_after(), Piece::deleted(first, len - offset), order);
            self.tree.prev(behind)
        };
        Cut { removed, survivor }
    }

    /// Deletes some of the run that was edited last where that takes no more than moving elements from
    /// one end of it to a deleted run in the same leaf. This is how people delete, one character
    /// after the other. Returns their names.
    #[inline]
    pub(super) fn trim<O: OpOrder + ?Sized>(
        &mut self,
        range: &Range<usize>,
        order: &O,
    ) -> Option<IdRange> {
        let Recent { at, start: Some(start), .. } = self.recent? else { return None };
        let (from, to) = (distance(start, range.start)?, distance(start, range.end)?);
        let run = self.tree.get(at);
        if from >= to || to > run.len() {
            return None;
        }
        let names = IdRange::new(run.id.plus(from), to - from);
        if from > 0 && to == run.len() {
            let next = self.deleted_after(at).filter(|next| next.leaf == at.leaf)?;
            self.list_before(at, from);
            self.give_back(at, next, from, order);
        } else if from == 0 && to < run.len() {
            let prev = self.deleted_before(at).filter(|prev| prev.leaf == at.leaf)?;
            self.give_front(at, prev, to, order);
            self.list_from(at);
        } else {
            return None;
        }
        self.recent = Some(Recent { start: Some(start), ..Recent::at(at) });
        Some(names)
    }

    /// Moves the first elements of a run to the deleted run before it, in the same leaf.
    #[inline]
    fn give_front<O: OpOrder + ?Sized>(
        &mut self,
        at: Cursor,
        prev: Cursor,
        to: u32,
        order: &O,
    ) -> Option<C::Removed> {
        let rest = Stamp::of(self.tree.get(at).id.plus(to), order);
        self.tree.get_mut(prev).extend(to);
        // That the run's lowest op rises does not matter to the leaf: a lower one is right before.
        self.tree.amend(at, |run| run.remove_front(rest))
    }

    /// Moves the elements of a run from an offset on to the deleted run behind it, in the same leaf.
    #[inline]
    fn give_back<O: OpOrder + ?Sized>(
        &mut self,
        at: Cursor,
        next: Cursor,
        offset: u32,
        order: &O,
    ) -> Option<C::Removed> {
        let (run, behind) = (self.tree.get(at), self.tree.get(next));
        let (id, len) = (run.id.plus(offset), run.len());
        // Times rise along a chain.
        let time = if run.time == behind.time { run.time } else { order.time(id) };
        // That the lowest op of the run behind sinks does not matter to the leaf: a lower one is here.
        self.tree.get_mut(next).begin_at(Stamp { time, id });
        self.tree.amend(at, |run| run.remove(offset..len))
    }

    /// Sees to it that a run whose first elements are gone is listed under one that it has.
    #[inline]
    fn list_from(&mut self, at: Cursor) {
        let run = self.tree.get(at);
        if self.index.listed(run) < run.id {
            // Under its last element, since whoever deletes forward goes on deleting the first.
            self.index.relist(run, run.id.plus(run.len() - 1));
        }
    }

    /// The deleted run right before a run that it could be one with.
    #[inline]
    fn deleted_before(&self, at: Cursor) -> Option<Cursor> {
        let prev = self.tree.prev(at)?;
        let run = self.tree.get(prev);
        (run.is_deleted() && run.ends_before(self.tree.get(at).id)).then_some(prev)
    }

    /// The deleted run right behind a run that it could be one with.
    #[inline]
    fn deleted_after(&self, at: Cursor) -> Option<Cursor> {
        let next = self.tree.next(at)?;
        let run = self.tree.get(next);
        (run.is_deleted() && self.tree.get(at).ends_before(run.id)).then_some(next)
    }

    /// Makes one of a deleted run and the deleted run behind it.
    fn join<O: OpOrder + ?Sized>(&mut self, left: Cursor, order: &O) {
        if let Some(gone) = self.tree.merge(left, order, |run, next| run.extend(next.len())) {
            self.index.unlist(&gone);
        }
    }
}
