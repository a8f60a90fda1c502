//! Deleting elements. What remains of them is a run without content.

use core::ops::Range;

use super::order::Stamp;
use super::piece::{Piece, Totals};
use super::{Content, OpOrder, OutOfBounds, Recent, Sequence, Spot};
use crate::btree::Cursor;
use crate::op::{Id, IdRange};

/// A deletion that had to look at more runs than this is remembered as swept.
const MANY: usize = 8;

/// What came of deleting a part of a run.
struct Cut<C: Content> {
    /// The content that was there.
    removed: Option<C::Removed>,
    /// Where the first part of the run that is left over is now, if any is: it begins at the same
    /// position as the run did.
    survivor: Option<Cursor>,
}

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
            return Err(OutOfBounds {
                pos: range.start.max(range.end),
                len: self.len(),
            });
        }
        let mut left = range.len();
        let mut pending: Option<IdRange> = None;
        while left > 0
            && let Some((spot, start)) = self.locate(range.start)
        {
            let run = self.tree.get(spot.at);
            let to = run.len().min(
                spot.offset
                    .saturating_add(u32::try_from(left).unwrap_or(u32::MAX)),
            );
            let (first, end) = (run.id.plus(spot.offset), run.id.counter + to);
            left -= (to - spot.offset) as usize;
            let cut = self.cut(spot, to, order);
            self.recent = cut.survivor.map(|at| Recent {
                at,
                start: Some(start),
                open: false,
            });
            match &mut pending {
                Some(range) if range.chain == first.chain && range.end == first.counter => {
                    range.end = end;
                }
                _ => {
                    let next = IdRange {
                        chain: first.chain,
                        start: first.counter,
                        end,
                    };
                    pending.replace(next).into_iter().for_each(&mut out);
                }
            }
        }
        pending.into_iter().for_each(out);
        Ok(())
    }

    /// Deletes the elements named by a range; names of something else are passed over. `dropped` is
    /// given the names of those that were visible until now, and what was there. Returns how many
    /// they are.
    ///
    /// All ops that the range can name have been integrated before, if they belong here at all.
    pub(crate) fn delete<O: OpOrder + ?Sized>(
        &mut self,
        range: IdRange,
        order: &O,
        mut dropped: impl FnMut(IdRange, C::Removed),
    ) -> usize {
        let IdRange {
            chain,
            start: mut counter,
            end,
        } = range;
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
            let to = run.len().min(end - run.id.counter);
            let here = IdRange {
                chain,
                start: run.id.counter + spot.offset,
                end: run.id.counter + to,
            };
            counter = here.end;
            if !run.is_deleted() {
                count += (here.end - here.start) as usize;
                let Cut { removed, survivor } = self.cut(spot, to, order);
                self.recent = survivor.map(|at| Recent {
                    at,
                    start: None,
                    open: false,
                });
                removed
                    .into_iter()
                    .for_each(|removed| dropped(here, removed));
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
            let at = self.find_numbered(self.index.listed_from(id)?)?;
            (self.tree.get(at).id.counter < end).then_some(Spot { at, offset: 0 })
        })
    }

    /// Deletes the elements of a visible run from a spot up to the offset `to`.
    fn cut<O: OpOrder + ?Sized>(&mut self, spot: Spot, to: u32, order: &O) -> Cut<C> {
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
        Cut {
            removed,
            survivor: None,
        }
    }

    /// Deletes the beginning of a run. A deleted run before it grows if it can.
    fn cut_front<O: OpOrder + ?Sized>(&mut self, at: Cursor, to: u32, order: &O) -> Cut<C> {
        let Some(prev) = self.deleted_before(at) else {
            let rest = self.split(at, to, order);
            let at = self.tree.prev(rest).unwrap_or(at);
            return Cut {
                removed: self.tree.amend(at, Piece::bury),
                survivor: Some(rest),
            };
        };
        let rest = stamp(self.tree.get(at).id.plus(to), order);
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
        let run = self.tree.get(at);
        if self.index.listed(run) < run.id {
            // Under its last element, since whoever deletes forward goes on deleting the first.
            self.index.relist(run, run.id.plus(run.len() - 1));
        }
        self.tree.get_mut(prev).extend(to);
        Cut {
            removed,
            survivor: Some(at),
        }
    }

    /// Deletes the end of a run. A deleted run behind it grows if it can.
    fn cut_back<O: OpOrder + ?Sized>(&mut self, at: Cursor, offset: u32, order: &O) -> Cut<C> {
        self.list_before(at, offset);
        let next = self.deleted_after(at);
        let run = self.tree.get(at);
        let (first, len) = (stamp(run.id.plus(offset), order), run.len());
        let removed = self.tree.amend(at, |run| run.remove(offset..len));
        let survivor = if let Some(next) = next {
            self.tree
                .extend(next, Totals::deleted(first), order, |run| {
                    run.begin_at(first)
                });
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

fn stamp<O: OpOrder + ?Sized>(id: Id, order: &O) -> Stamp {
    Stamp {
        time: order.time(id),
        id,
    }
}
