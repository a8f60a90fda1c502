//! Placing elements that name their parent.

use super::order::Stamp;
use super::{Content, OpOrder, Recent, Sequence, Spot, UnknownParent};
use crate::btree::Cursor;
use crate::op::{Id, Side};

impl<C: Content> Sequence<C> {
    /// Inserts new elements: the first, named `id`, hangs on the given side of its parent (`None`
    /// is the root, which has a right side only), every further one on the right of the one before.
    /// `time` is that of the change they come in.
    ///
    /// The caller inserts every op once, after those it depends on.
    pub(crate) fn integrate<O: OpOrder + ?Sized>(
        &mut self,
        id: Id,
        time: u32,
        parent: Option<Id>,
        side: Side,
        source: C::Source<'_>,
        order: &O,
    ) -> Result<(), UnknownParent> {
        let new = Stamp { time, id };
        let parent = match (parent, side) {
            (None, Side::Left) => return Err(UnknownParent),
            (None, Side::Right) => None,
            (Some(parent), _) => Some(self.find(parent).ok_or(UnknownParent)?),
        };
        if C::is_exhausted(&source) {
            return Ok(());
        }
        let start = match (parent, side) {
            (None, _) => self.tree.first().unwrap_or_else(|| self.tree.end()),
            (Some(parent), Side::Left) => self.anchor_of(parent, order).gap_after(),
            (Some(parent), Side::Right) => self.gap_behind(parent, new, order),
        };
        let gap = self.tree.skip(start, |part| part.least.exceeds(new, order));
        let at = self.lay(gap, new, source, order);
        self.set_recent(Some(Recent::at(at)));
        Ok(())
    }

    /// Where the right children of an element begin, as far as `new` is concerned: if the run goes
    /// on with a greater sibling, that one's part of the run is passed over already.
    fn gap_behind<O: OpOrder + ?Sized>(&mut self, parent: Spot, new: Stamp, order: &O) -> Cursor {
        let run = self.tree.get(parent.at);
        let next = parent.offset + 1;
        if next == run.len() {
            return parent.at.gap_after();
        }
        let id = run.id.plus(next);
        if Stamp::of(id, order).exceeds(new, order) {
            return parent.at.gap_after();
        }
        self.split(parent.at, next, order)
    }

    /// The anchor of an element; it gets one if it has none yet.
    fn anchor_of<O: OpOrder + ?Sized>(&mut self, spot: Spot, order: &O) -> Cursor {
        let id = self.tree.get(spot.at).id.plus(spot.offset);
        self.find_anchor(id).unwrap_or_else(|| self.put_anchor(spot, order))
    }
}
