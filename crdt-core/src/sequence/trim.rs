//! Deleting one element after the other, as people do.

use core::ops::Range;

use super::piece::Piece;
use super::{Content, Keep, OpOrder, Recent, Sequence, distance};
use crate::btree::{Cursor, Tree};
use crate::op::{Id, IdRange};

impl<C: Content> Sequence<C> {
    /// Deletes some of the run that was edited last if that takes no more than moving elements from
    /// one end of it to a vacant run in the same leaf. Returns their names.
    ///
    /// The lowest op of the leaf stays what it is: what is deleted has a lower one right before it.
    #[inline]
    pub(super) fn trim<O: OpOrder + ?Sized>(
        &mut self,
        range: &Range<usize>,
        order: &O,
        keep: &mut impl Keep<C>,
    ) -> Option<IdRange> {
        let Self { tree, aids } = self;
        let recent = aids.get_mut()?.recent.as_mut()?;
        let Recent { at, start: Some(start), .. } = *recent else { return None };
        let (from, to) = (distance(start, range.start)?, distance(start, range.end)?);
        if from >= to {
            return None;
        }
        let mut first = Id::default();
        let trimmed = if from > 0 {
            tree.transfer(at, |run, behind| {
                let lost = run.trim_back(behind, from..to, order, keep)?;
                first = run.id.plus(from);
                Some(lost)
            })
        } else {
            first = tree.get(at).id;
            trim_front(tree, at, to, order, keep)
        };
        if !trimmed {
            return None;
        }
        // Its last element has a right child now, or another position.
        recent.open = None;
        Some(IdRange::new(first, to - from))
    }
}

/// Deletes the elements of a visible run before an offset.
#[inline(never)]
fn trim_front<C: Content, O: OpOrder + ?Sized>(
    tree: &mut Tree<Piece<C>>,
    at: Cursor,
    to: u32,
    order: &O,
    keep: &mut impl Keep<C>,
) -> bool {
    at.before().is_some_and(|before| {
        tree.transfer(before, |before, run| run.trim_front(before, to, order, keep))
    })
}
