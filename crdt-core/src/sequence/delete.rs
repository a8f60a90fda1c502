//! Deleting elements. What remains of them is a run without content.

use core::ops::Range;

use super::order::Stamp;
use super::piece::Piece;
use super::{Content, OpOrder, OutOfBounds, Recent, Sequence, Spot};
use crate::btree::Cursor;
use crate::op::{Id, IdRange};

/// A deletion that had to look at more runs than this is remembered as swept.
const MANY: usize = 8;

impl<C: Content> Sequence<C> {
    /// Deletes the elements at some visible positions. `out` is given their names in list order, in
    /// ranges as long as possible.
    pub(crate) fn delete_at<O: OpOrder + ?Sized>(
        &mut self,
        range: Range<usize>,
        order: &O,
        mut out: impl FnMut(IdRange),
    ) -> Result<(), OutOfBounds> {
        if range.start > range.end || range.end > self.len() {
            return Err(OutOfBounds { pos: range.start.max(range.end), len: self.len() });
        }
        let mut left = range.len();
        let mut pending: Option<IdRange> = None;
        while left > 0
            && let Some((spot, start)) = self.locate(range.start)
        {
            let run = self.tree.get(spot.at);
            let to =
                run.len().min(spot.offset.saturating_add(u32::try_from(left).unwrap_or(u32::MAX)));
            let (first, end) = (run.id.plus(spot.offset), run.id.counter + to);
            left -= (to - spot.offset) as usize;
            let (_, survivor) = self.cut(spot, to, order);
            self.recent = survivor.map(|at| Recent { at, start: Some(start) });
            match &mut pending {
                Some(range) if range.chain == first.chain && range.end == first.counter => {
                    range.end = end;
                }
                _ => {
                    let next = IdRange { chain: first.chain, start: first.counter, end };
                    pending.replace(next).into_iter().for_each(&mut out);
                }
            }
        }
        pending.into_iter().for_each(out);
        Ok(())
    }

    /// Deletes the elements named by a range; names of something else are passed over. `dropped` is
    /// given what was visible: the name of the first element and the content. Returns the number of
    /// elements that were visible.
    ///
    /// All ops that the range can name have been integrated before, if they belong here at all.
    pub(crate) fn delete<O: OpOrder + ?Sized>(
        &mut self,
        range: IdRange,
        order: &O,
        mut dropped: impl FnMut(Id, C),
    ) -> usize {
        let IdRange { chain, start: mut counter, end } = range;
        let (mut steps, mut count) = (0, 0);
        while counter < end {
            steps += 1;
            if let Some(swept) = self.swept.end_of(Id { chain, counter }) {
                counter = swept;
                continue;
            }
            let Some(spot) = self.find_from(Id { chain, counter }, end) else {
                break;
            };
            let run = self.tree.get(spot.at);
            let first = run.id.plus(spot.offset);
            let to = run.len().min(end - run.id.counter);
            counter = run.id.counter + to;
            if !run.is_deleted() {
                count += (to - spot.offset) as usize;
                let (content, _) = self.cut(spot, to, order);
                self.recent = None;
                dropped(first, content);
            }
        }
        if steps > MANY {
            self.swept.add(range);
        }
        count
    }

    /// The first element at `id` or behind it on the same chain, before the counter `end`.
    fn find_from(&self, id: Id, end: u32) -> Option<Spot> {
        self.find(id).or_else(|| {
            let first = self.index.run_from(id)?;
            if first.counter < end { self.find(first) } else { None }
        })
    }

    /// Deletes the elements of a visible run from a spot up to the offset `to`. Returns the content
    /// and where the run's first remaining part is, if anything remains.
    fn cut<O: OpOrder + ?Sized>(&mut self, spot: Spot, to: u32, order: &O) -> (C, Option<Cursor>) {
        let Spot { mut at, offset } = spot;
        let len = self.tree.get(at).len();
        match (offset == 0, to == len) {
            (true, true) => return (self.bury(at, order), None),
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
    fn bury<O: OpOrder + ?Sized>(&mut self, at: Cursor, order: &O) -> C {
        let content = self.tree.amend(at, Piece::bury);
        if let Some(next) = self.deleted_after(at) {
            self.join(at, next, order);
        }
        if let Some(prev) = self.deleted_before(at) {
            self.join(prev, at, order);
        }
        content
    }

    /// Deletes the beginning of a run. A deleted run before it grows if it can.
    fn cut_front<O: OpOrder + ?Sized>(
        &mut self,
        at: Cursor,
        to: u32,
        order: &O,
    ) -> (C, Option<Cursor>) {
        let Some(prev) = self.deleted_before(at) else {
            let rest = self.split(at, to, order);
            let at = self.tree.prev(rest).unwrap_or(at);
            return (self.tree.amend(at, Piece::bury), Some(rest));
        };
        let first = self.tree.get(at).id;
        let id = first.plus(to);
        let rest = Stamp { time: order.time(id), id };
        let content = self.tree.update(at, order, |run| run.trim_front(rest));
        self.tree.get_mut(prev).extend_back(to);
        self.index.forget(first);
        self.index.place(self.tree.get(at), at.leaf);
        (content, Some(at))
    }

    /// Deletes the end of a run. A deleted run behind it grows if it can.
    fn cut_back<O: OpOrder + ?Sized>(
        &mut self,
        at: Cursor,
        offset: u32,
        order: &O,
    ) -> (C, Option<Cursor>) {
        let next = self.deleted_after(at);
        let id = self.tree.get(at).id.plus(offset);
        let first = Stamp { time: order.time(id), id };
        let content = self.tree.amend(at, |run| run.trim_back(offset));
        let Some(next) = next else {
            let buried = Piece::deleted(first, content.len());
            let behind = self.put(at.gap_after(), buried, order);
            return (content, self.tree.prev(behind));
        };
        self.index.forget(self.tree.get(next).id);
        self.tree.update(next, order, |run| run.extend_front(first));
        self.index.place(self.tree.get(next), next.leaf);
        (content, Some(at))
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
        self.index.forget(gone.id);
        self.tree.get_mut(left).extend_back(gone.len());
    }
}
