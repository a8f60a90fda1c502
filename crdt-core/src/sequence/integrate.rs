//! Placing elements that name their parent.

use super::order::Stamp;
use super::{Content, OpOrder, Recent, Sequence, Spot, UnknownParent};
use crate::btree::Cursor;
use crate::op::{Id, Place, Side};

impl<C: Content> Sequence<C> {
    /// Inserts new elements: the first, named `id`, hangs where `place` says, every further one on
    /// the right of the one before. `time` is that of the change they come in.
    ///
    /// The caller inserts every op once, after those it depends on.
    pub(crate) fn integrate<O: OpOrder + ?Sized>(
        &mut self,
        id: Id,
        time: u32,
        place: Place<Id>,
        source: C::Source<'_>,
        order: &O,
    ) -> Result<(), UnknownParent> {
        let new = Stamp { time, id };
        let parent = match place {
            Place::Root => None,
            Place::Child(parent, side) => Some((self.find(parent).ok_or(UnknownParent)?, side)),
        };
        if C::is_exhausted(&source) {
            return Ok(());
        }
        let at = match parent {
            None => {
                let start = self.tree.first().unwrap_or_else(|| self.tree.end());
                self.lay_among(start, new, source, order)
            }
            Some((parent, Side::Left)) => self.integrate_left(parent, new, source, order),
            Some((parent, Side::Right)) => self.integrate_right(parent, new, source, order),
        };
        self.set_recent(Some(Recent::at(at)));
        Ok(())
    }

    fn integrate_left<O: OpOrder + ?Sized>(
        &mut self,
        parent: Spot,
        new: Stamp,
        source: C::Source<'_>,
        order: &O,
    ) -> Cursor {
        let id = self.tree.get(parent.at).id.plus(parent.offset);
        match self.find_anchor(id) {
            Some(anchor) => self.lay_among(anchor.gap_after(), new, source, order),
            None => self.lay_left(parent, new, source, order),
        }
    }

    /// If the parent's run goes on with a greater sibling, that one's part of the run is passed
    /// over as a whole.
    fn integrate_right<O: OpOrder + ?Sized>(
        &mut self,
        parent: Spot,
        new: Stamp,
        source: C::Source<'_>,
        order: &O,
    ) -> Cursor {
        let run = self.tree.get(parent.at);
        let next = parent.offset + 1;
        let last = next == run.len();
        if last || Stamp::of(run.id.plus(next), order).exceeds(new, order) {
            self.lay_among(parent.at.gap_after(), new, source, order)
        } else {
            self.lay_inside(parent.at, next, new, source, order)
        }
    }

    /// Puts new elements among the children that begin at a gap.
    fn lay_among<O: OpOrder + ?Sized>(
        &mut self,
        start: Cursor,
        new: Stamp,
        source: C::Source<'_>,
        order: &O,
    ) -> Cursor {
        let gap = self.tree.skip(start, |part| part.least.exceeds(new, order));
        self.lay(gap, new, source, order)
    }
}
