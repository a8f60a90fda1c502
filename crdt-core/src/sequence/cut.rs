//! Cutting elements out of a run, and what the tree keeps in their place.

use core::ops::Range;

use super::content::Keep;
use super::order::Stamp;
use super::piece::{Piece, Totals};
use super::{Content, OpOrder, Sequence, Spot};
use crate::btree::Cursor;

impl<C: Content> Sequence<C> {
    /// Deletes the elements of a visible run from a spot up to the offset `to`. Returns the run
    /// that begins at the position where the run did: what is left of it, or a vacant one.
    pub(super) fn cut<O: OpOrder + ?Sized>(
        &mut self,
        spot: Spot,
        to: u32,
        order: &O,
        keep: &mut impl Keep<C>,
    ) -> Cursor {
        let Spot { at, offset } = spot;
        let len = self.tree.get(at).len();
        match (offset == 0, to == len) {
            (true, true) => self.bury(at, order, keep),
            (true, false) => self.cut_front(at, to, order, keep),
            (false, true) => self.cut_back(at, offset, order, keep),
            (false, false) => self.cut_middle(at, offset..to, order, keep),
        }
    }

    /// Deletes elements in the middle of a run.
    fn cut_middle<O: OpOrder + ?Sized>(
        &mut self,
        at: Cursor,
        range: Range<u32>,
        order: &O,
        keep: &mut impl Keep<C>,
    ) -> Cursor {
        self.list_before(at, range.start);
        let rest = self.split_off(at, range.end, order);
        let first = Stamp::of(self.tree.get(at).id.plus(range.start), order);
        let gone = Piece::vacant(first, range.end - range.start);
        self.tree.amend(at, |run| run.remove(range, keep));
        let behind = self.put(at.gap_after(), [gone, rest], order);
        self.tree.prev(behind).unwrap_or(at)
    }

    /// Deletes a whole run and joins it with vacant neighbours.
    fn bury<O: OpOrder + ?Sized>(
        &mut self,
        at: Cursor,
        order: &O,
        keep: &mut impl Keep<C>,
    ) -> Cursor {
        self.tree.amend(at, |run| run.bury(keep));
        self.join_around(at, order)
    }

    /// Joins a vacant run with vacant neighbours that it could be one with. Returns where it is
    /// then.
    pub(super) fn join_around<O: OpOrder + ?Sized>(&mut self, at: Cursor, order: &O) -> Cursor {
        if self.vacant_after(at).is_some() {
            self.join(at, order);
        }
        let Some(prev) = self.vacant_before(at) else {
            return at;
        };
        if prev.leaf == at.leaf {
            self.join(prev, order);
            return prev;
        }
        self.join_before(prev, at, order);
        at
    }

    /// Deletes the beginning of a run. A vacant run before it grows if it can.
    fn cut_front<O: OpOrder + ?Sized>(
        &mut self,
        at: Cursor,
        to: u32,
        order: &O,
        keep: &mut impl Keep<C>,
    ) -> Cursor {
        let Some(prev) = self.vacant_before(at) else {
            let rest = self.split(at, to, order);
            let at = self.tree.prev(rest).unwrap_or(at);
            self.tree.amend(at, |run| run.bury(keep));
            return rest;
        };
        self.list_from(at, to);
        let rest = Stamp::of(self.tree.get(at).id.plus(to), order);
        let change = |run: &mut Piece<C>| {
            run.remove(0..to, keep);
            run.begin_at(rest);
        };
        self.tree.get_mut(prev).extend(to);
        // What is deleted stays the lowest of a leaf that it stays in.
        if prev.leaf == at.leaf {
            self.tree.amend(at, change);
        } else {
            self.tree.update(at, order, change);
        }
        at
    }

    /// Deletes the end of a run. A vacant run behind it grows if it can.
    fn cut_back<O: OpOrder + ?Sized>(
        &mut self,
        at: Cursor,
        offset: u32,
        order: &O,
        keep: &mut impl Keep<C>,
    ) -> Cursor {
        self.list_before(at, offset);
        let next = self.vacant_after(at);
        let run = self.tree.get(at);
        let (first, len) = (Stamp::of(run.id.plus(offset), order), run.len());
        self.tree.amend(at, |run| run.remove(offset..len, keep));
        match next {
            Some(next) if next.leaf == at.leaf => self.tree.get_mut(next).begin_at(first),
            Some(next) => {
                self.tree.extend(next, Totals::vacant(first), order, |run| run.begin_at(first));
            }
            None => {
                let gone = Piece::vacant(first, len - offset);
                let behind = self.put(at.gap_after(), [gone], order);
                return self.tree.prev(behind).unwrap_or(at);
            }
        }
        at
    }

    /// Sees to it that a run is listed under an element from `offset` on.
    fn list_from(&mut self, at: Cursor, offset: u32) {
        let run = self.tree.get(at);
        if run.listed < run.id.counter + offset {
            // Under its last element, since whoever deletes forward goes on deleting the first.
            self.relist(at, run.id.counter + run.len() - 1);
        }
    }

    /// The vacant run right before a run that it could be one with.
    fn vacant_before(&self, at: Cursor) -> Option<Cursor> {
        let prev = self.tree.prev(at)?;
        self.tree.get(prev).is_vacant_before(self.tree.get(at)).then_some(prev)
    }

    /// The vacant run right behind a run that it could be one with.
    #[inline]
    fn vacant_after(&self, at: Cursor) -> Option<Cursor> {
        let next = self.tree.next(at)?;
        self.tree.get(next).is_vacant_behind(self.tree.get(at)).then_some(next)
    }

    /// Makes one of a vacant run and the vacant run behind it, where the first one is.
    fn join<O: OpOrder + ?Sized>(&mut self, left: Cursor, order: &O) {
        if let Some(gone) = self.tree.merge(left, order, |run, next| run.extend(next.len())) {
            self.unlist(&gone);
        }
    }

    /// Makes one of two vacant runs in different leaves, where the second one is: whoever deletes
    /// on goes on in its leaf.
    fn join_before<O: OpOrder + ?Sized>(&mut self, left: Cursor, right: Cursor, order: &O) {
        let gone = self.tree.remove(left, order);
        let first = gone.stamp();
        self.tree.extend(right, Totals::vacant(first), order, |run| run.begin_at(first));
        self.unlist(&gone);
    }

    /// Takes a piece that is gone from the index.
    pub(super) fn unlist(&mut self, gone: &Piece<C>) {
        if let Some(index) = self.aids.get_mut().and_then(|aids| aids.index.get_mut()) {
            index.unlist(gone);
        }
    }
}
