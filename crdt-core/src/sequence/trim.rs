//! Deleting one element after the other, as people do.

use core::ops::Range;

use super::{Content, OpOrder, Recent, Sequence, distance};
use crate::op::IdRange;

impl<C: Content> Sequence<C> {
    /// Deletes some of the run that was edited last if that takes no more than moving elements from
    /// one end of it to a deleted run in the same leaf. Returns their names.
    ///
    /// The lowest op of the leaf stays what it is: what is deleted has a lower one right before it.
    #[inline]
    pub(super) fn trim<O: OpOrder + ?Sized>(
        &mut self,
        range: &Range<usize>,
        order: &O,
    ) -> Option<IdRange> {
        let Self { tree, aids } = self;
        let recent = aids.get_mut()?.recent.as_mut()?;
        let Recent { at, start: Some(start), .. } = *recent else { return None };
        let (from, to) = (distance(start, range.start)?, distance(start, range.end)?);
        let names = if from > 0 {
            tree.transfer(at, |run, behind| {
                if from >= to || to != run.len() || !behind.is_deleted_behind(run) {
                    return None;
                }
                if run.listed >= run.id.counter + from {
                    return None;
                }
                let names = IdRange::new(run.id.plus(from), to - from);
                let (_, totals) = run.give_back(behind, from, order)?;
                Some((names, totals))
            })?
        } else {
            tree.transfer(at.before()?, |before, run| {
                if to == 0 || to >= run.len() || !before.is_deleted_before(run) {
                    return None;
                }
                if run.listed < run.id.counter + to {
                    return None;
                }
                let names = IdRange::new(run.id, to);
                let (_, totals) = run.give_front(before, to, order)?;
                Some((names, totals))
            })?
        };
        // Its last element has a right child now, or another position.
        recent.open = None;
        Some(names)
    }
}
