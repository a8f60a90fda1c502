//! Taking local edits back, the last one first, so that a sequence is as if they had not been made.
//!
//! What was inserted is taken out altogether, since no other replica has ever seen it; a vacant
//! run becomes a visible one again. Where runs are cut may differ afterwards, which says nothing
//! about the sequence.

use super::{Content, OpOrder, Sequence};
use crate::btree::Cursor;
use crate::op::{Id, IdRange};

impl<C: Content> Sequence<C> {
    /// Takes out elements that were inserted one right behind the other, visible or deleted, and
    /// beside which nothing is any more that came later.
    ///
    /// O(log n) for each run, and once the index, if nobody has asked for an element by name yet.
    pub(crate) fn take_out<O: OpOrder + ?Sized>(&mut self, range: IdRange, order: &O) {
        let mut next = Id { chain: range.chain, counter: range.start };
        while next.counter < range.end {
            let Some(spot) = self.find(next) else { return };
            self.set_recent(None);
            let at = self.begin_run(spot.at, spot.offset, order);
            let (at, _) = self.end_run(at, range.end - next.counter, order);
            next.counter += self.remove_run(at, order);
        }
    }

    /// Makes elements visible again that were deleted; `source` is what was kept of them.
    ///
    /// Costs what [`take_out`](Self::take_out) does.
    pub(crate) fn restore<O: OpOrder + ?Sized>(
        &mut self,
        range: IdRange,
        mut source: C::Source<'_>,
        order: &O,
    ) {
        let mut next = Id { chain: range.chain, counter: range.start };
        while next.counter < range.end && !C::is_exhausted(&source) {
            let Some(spot) = self.find(next) else { return };
            self.set_recent(None);
            let names = IdRange { start: next.counter, ..range };
            let moved = self.stands().and_then(|stands| stands.first_deleted(names));
            if moved == Some(next) {
                let mut content = C::default();
                content.fill(&mut C::take(&mut source, 1));
                self.restore_moved(next, content, order);
                next.counter += 1;
                continue;
            }
            let end = moved.map_or(range.end, |moved| moved.counter);
            let mut at = self.begin_run(spot.at, spot.offset, order);
            let count = self.tree.get(at).len().min(end - next.counter);
            let mut part = C::take(&mut source, count);
            while !C::is_exhausted(&part) {
                let mut content = C::default();
                let (filled, _) = content.fill(&mut part);
                next.counter += filled;
                let (run, rest) = self.end_run(at, filled, order);
                self.tree.update(run, order, |run| run.revive(content));
                at = rest.unwrap_or(run);
            }
        }
    }

    /// Sees to it that a run begins at an offset into one, and says where it is.
    pub(super) fn begin_run<O: OpOrder + ?Sized>(
        &mut self,
        at: Cursor,
        offset: u32,
        order: &O,
    ) -> Cursor {
        if offset > 0 { self.split(at, offset, order) } else { at }
    }

    /// Sees to it that a run has no more than so many elements. Says where it is, and where the
    /// rest is, if there is one.
    pub(super) fn end_run<O: OpOrder + ?Sized>(
        &mut self,
        at: Cursor,
        len: u32,
        order: &O,
    ) -> (Cursor, Option<Cursor>) {
        if len >= self.tree.get(at).len() {
            return (at, None);
        }
        let rest = self.split(at, len, order);
        (self.tree.prev(rest).unwrap_or(at), Some(rest))
    }

    /// Removes a run, and the anchor that it alone needed. Tells how many elements it had.
    pub(super) fn remove_run<O: OpOrder + ?Sized>(&mut self, at: Cursor, order: &O) -> u32 {
        let before = self.tree.prev(at);
        let run = self.tree.remove(at, order);
        self.unlist(&run);
        if let Some(before) = before
            && let Some(behind) = self.tree.next(before)
        {
            self.close(before, behind, order);
        }
        run.len()
    }

    /// Closes the gap that a run has left between two pieces.
    fn close<O: OpOrder + ?Sized>(&mut self, before: Cursor, behind: Cursor, order: &O) {
        let (first, second) = (self.tree.get(before), self.tree.get(behind));
        let mut left = Some(before);
        if first.is_anchor() && !second.is_anchor() && first.id == second.id {
            left = self.tree.prev(before);
            let anchor = self.tree.remove(before, order);
            self.unlist(&anchor);
        }
        if let Some(left) = left.filter(|left| self.tree.get(*left).is_vacant()) {
            self.join_around(left, order);
        }
    }
}
