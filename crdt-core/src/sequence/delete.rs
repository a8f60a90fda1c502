//! Deleting elements. What remains of them is a run without content.

use core::ops::Range;

use super::{Content, Keep, OpOrder, OutOfBounds, Recent, Sequence, Shift, Spot};
use crate::history::Chains;
use crate::op::{Id, IdRange};

/// A deletion that had to look at more runs than this is remembered as swept.
const MANY: usize = 8;

impl<C: Content> Sequence<C> {
    /// Deletes the elements at some visible positions. `out` is given their names in list order, in
    /// ranges as long as possible, and `keep` may keep them.
    #[inline]
    pub(crate) fn delete_at<O: OpOrder + ?Sized>(
        &mut self,
        range: Range<usize>,
        order: &O,
        mut out: impl FnMut(IdRange),
        keep: &mut impl Keep<C>,
    ) -> Result<(), OutOfBounds> {
        if let Some(names) = self.trim(&range, order, keep) {
            out(names);
            return Ok(());
        }
        self.delete_elsewhere(range, order, out, keep)
    }

    /// Deletes a range of positions without a look at what was edited last.
    #[inline(never)]
    fn delete_elsewhere<O: OpOrder + ?Sized>(
        &mut self,
        range: Range<usize>,
        order: &O,
        out: impl FnMut(IdRange),
        keep: &mut impl Keep<C>,
    ) -> Result<(), OutOfBounds> {
        if range.start > range.end || range.end > self.len() {
            let pos = range.start.max(range.end);
            return Err(OutOfBounds { pos, len: self.len() });
        }
        let mut left = range.len();
        let mut merged = Merged::new(out);
        while left > 0
            && let Some((spot, start)) = self.locate_to_edit(range.start)
        {
            let run = self.tree.get(spot.at);
            let most = u32::try_from(left).unwrap_or(u32::MAX);
            let len = most.min(run.len() - spot.offset);
            let names = run.names(&(spot.offset..spot.offset + len));
            merged.push(names);
            left -= len as usize;
            let at = self.cut(spot, spot.offset + len, order, keep);
            self.set_recent(Some(Recent { start: Some(start), ..Recent::at(at) }));
            if self.stands().is_some() {
                self.stands_mut().set_deleted(names, true);
            }
        }
        merged.finish();
        Ok(())
    }

    /// Deletes the elements named by a range; names of something else are passed over. `keep` may
    /// keep those that were visible until now. Returns how many they are.
    ///
    /// All ops that the range can name have been integrated before, if they belong here at all.
    pub(crate) fn delete<O: OpOrder + ?Sized>(
        &mut self,
        range: IdRange,
        order: &O,
        keep: &mut impl Keep<C>,
    ) -> usize {
        let IdRange { chain, start: mut counter, end } = range;
        let (mut steps, mut count) = (0, self.delete_moved(range, order, keep));
        while counter < end {
            steps += 1;
            let next = Id { chain, counter };
            if let Some(swept) = self.aids.get().and_then(|aids| aids.swept.end_of(next)) {
                counter = swept;
                continue;
            }
            let Some(spot) = self.find_from(next, end) else {
                break;
            };
            let (passed, deleted) = self.delete_to(spot, end, order, keep);
            counter = passed;
            count += deleted as usize;
        }
        if steps > MANY {
            self.aids_mut().swept.add(range);
        }
        count
    }

    /// Deletes those counters of the chain that runs down to a branch which are elements here.
    pub(crate) fn delete_along(
        &mut self,
        range: IdRange,
        chains: &Chains,
        keep: &mut impl Keep<C>,
    ) {
        let last = chains.last_piece(range.chain, range.start, range.end);
        if last.start == range.start {
            self.delete(last, chains, keep);
            return;
        }
        let mut swept = core::mem::take(&mut self.aids_mut().swept_along);
        for piece in swept.sweep(range, chains, |from| self.next_chain(from)) {
            self.delete(piece, chains, keep);
        }
        self.aids_mut().swept_along = swept;
    }

    /// Deletes the elements of a run from a spot up to the counter `end`. Tells the counter after
    /// the last of them, and how many were visible.
    fn delete_to<O: OpOrder + ?Sized>(
        &mut self,
        spot: Spot,
        end: u32,
        order: &O,
        keep: &mut impl Keep<C>,
    ) -> (u32, u32) {
        let run = self.tree.get(spot.at);
        let to = run.len().min(end - run.id.counter);
        let passed = run.id.counter + to;
        if run.is_vacant() || run.moved_here().is_some() {
            return (passed, 0);
        }
        let count = to - spot.offset;
        keep.shifted(|| Shift::deleted(self.start_of(spot), count as usize));
        let at = self.cut(spot, to, order, keep);
        self.set_recent(Some(Recent::at(at)));
        (passed, count)
    }

    /// Whether one of some counters of a branch is an element here that is visible. O(log n) for
    /// each run among them.
    pub(crate) fn has_visible(&self, names: IdRange) -> bool {
        let IdRange { chain, start: mut counter, end } = names;
        while counter < end
            && let Some(spot) = self.find_from(Id { chain, counter }, end)
        {
            let run = self.tree.get(spot.at);
            if run.content().is_some() && run.moved_here().is_none() {
                return true;
            }
            counter = run.id.counter + run.len();
        }
        self.stands().is_some_and(|stands| stands.has_visible(names))
    }

    /// The first element at `id` or behind it on the same chain, before the counter `end`.
    pub(super) fn find_from(&self, id: Id, end: u32) -> Option<Spot> {
        self.find(id).or_else(|| {
            let at = self.find_behind(id)?;
            (self.tree.get(at).id.counter < end).then_some(Spot { at, offset: 0 })
        })
    }
}

/// Passes ranges on, those that follow on each other as one.
pub(super) struct Merged<F> {
    pending: Option<IdRange>,
    out: F,
}

impl<F: FnMut(IdRange)> Merged<F> {
    pub(super) fn new(out: F) -> Self {
        Self { pending: None, out }
    }

    pub(super) fn push(&mut self, next: IdRange) {
        if !self.pending.as_mut().is_some_and(|last| last.append(next))
            && let Some(last) = self.pending.replace(next)
        {
            (self.out)(last);
        }
    }

    pub(super) fn finish(mut self) {
        if let Some(last) = self.pending {
            (self.out)(last);
        }
    }
}
