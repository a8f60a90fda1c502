//! Inserting at a visible position.

use super::order::Stamp;
use super::{Content, OpOrder, OutOfBounds, Recent, Sequence, Spot};
use crate::btree::Cursor;
use crate::op::{Id, Side};

/// Where a new element goes.
enum Place {
    /// Into a gap, on the right of the element before it, or of the root.
    Right(Cursor),
    /// On the left of an element, right behind its anchor.
    BehindAnchor(Cursor),
    /// On the left of an element that has no anchor yet.
    LeftOf(Spot),
}

impl<C: Content> Sequence<C> {
    /// Inserts new elements, the first of them named `id`, so that they stand at the visible
    /// position `pos`. `time` is that of the change they come in, which is above all that is here.
    /// Says where the first one hangs, for others to integrate it.
    pub(crate) fn insert_at<O: OpOrder + ?Sized>(
        &mut self,
        pos: usize,
        source: C::Source<'_>,
        id: Id,
        time: u32,
        order: &O,
    ) -> Result<(Option<Id>, Side), OutOfBounds> {
        let before = self.len();
        if pos > before {
            return Err(OutOfBounds { pos, len: before });
        }
        let left = if pos == 0 { None } else { self.locate(pos - 1).map(|(spot, _)| spot) };
        let place = self.place_behind(left, order);
        let name = self.name(&place, left);
        if C::is_exhausted(&source) {
            return Ok(name);
        }
        let gap = match place {
            Place::Right(gap) => gap,
            Place::BehindAnchor(anchor) => anchor.gap_after(),
            Place::LeftOf(spot) => self.put_anchor(spot, order).gap_after(),
        };
        let at = self.lay(gap, Stamp { time, id }, source, order);
        let end = pos + self.len() - before;
        let start = end - self.tree.get(at).len() as usize;
        self.recent = Some(Recent { at, start: Some(start) });
        Ok(name)
    }

    /// The place right behind an element, or behind the root, for an element greater than all.
    ///
    /// If the left neighbour has a right child, then whatever follows it begins that child's
    /// subtree and has nothing on its own left side, or only what follows its anchor: the new
    /// element becomes the first there.
    fn place_behind<O: OpOrder + ?Sized>(&self, left: Option<Spot>, order: &O) -> Place {
        let next = match left {
            Some(Spot { at, offset }) if offset + 1 < self.tree.get(at).len() => {
                return Place::LeftOf(Spot { at, offset: offset + 1 });
            }
            Some(Spot { at, .. }) => self.tree.next(at),
            None => self.tree.first(),
        };
        let Some(next) = next else {
            return Place::Right(self.tree.end());
        };
        if let Some(left) = left
            && !self.is_below(left, next, order)
        {
            return Place::Right(left.at.gap_after());
        }
        if self.tree.get(next).is_anchor() {
            Place::BehindAnchor(next)
        } else {
            Place::LeftOf(Spot { at: next, offset: 0 })
        }
    }

    /// Whether an element's op is lower than that of a piece.
    fn is_below<O: OpOrder + ?Sized>(&self, spot: Spot, piece: Cursor, order: &O) -> bool {
        let run = self.tree.get(spot.at);
        let id = run.id.plus(spot.offset);
        let piece = self.tree.get(piece).stamp();
        if piece.id.chain != id.chain && piece.time < run.time {
            return false;
        }
        piece.exceeds(Stamp { time: order.time(id), id }, order)
    }

    /// The parent and side that lead to a place.
    fn name(&self, place: &Place, left: Option<Spot>) -> (Option<Id>, Side) {
        let id = |spot: Spot| self.tree.get(spot.at).id.plus(spot.offset);
        match *place {
            Place::Right(_) => (left.map(id), Side::Right),
            Place::BehindAnchor(at) => (Some(self.tree.get(at).id), Side::Left),
            Place::LeftOf(spot) => (Some(id(spot)), Side::Left),
        }
    }
}
