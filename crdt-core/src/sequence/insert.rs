//! Inserting at a visible position.

use super::order::Stamp;
use super::{Content, OpOrder, OutOfBounds, Recent, Sequence, Spot};
use crate::btree::Cursor;
use crate::op::{Id, Side};

/// Where a new element goes.
#[derive(Clone, Copy)]
enum Place {
    /// On the right of an element that ends its run and has no right child.
    RightOf(Cursor),
    /// On the right of the root, which has no child.
    Root,
    /// On the left of an element that has no left child.
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
        if let Some(run) = self.typing_at(pos, id) {
            self.type_on(run, pos, Stamp { time, id }, source, order);
            return Ok((Some(Id { counter: id.counter - 1, ..id }), Side::Right));
        }
        let len = self.len();
        if pos > len {
            return Err(OutOfBounds { pos, len });
        }
        let left = pos.checked_sub(1).and_then(|last| self.locate(last));
        let place = self.place_behind(left.map(|(spot, _)| spot), order);
        let name = self.name(place);
        if !C::is_exhausted(&source) {
            let gap = self.open_gap(place, order);
            let at = self.lay(gap, Stamp { time, id }, source, order);
            self.remember(at, pos, id);
        }
        Ok(name)
    }

    /// The run that was typed last, if `pos` is its end and `id` continues it.
    fn typing_at(&self, pos: usize, id: Id) -> Option<Cursor> {
        let Recent { at, start: Some(start), open: true } = self.recent? else {
            return None;
        };
        let run = self.tree.get(at);
        (start + run.len() as usize == pos && run.ends_before(id)).then_some(at)
    }

    /// Inserts new elements that go on where the run at `run` ends, at the position `pos`.
    fn type_on<O: OpOrder + ?Sized>(
        &mut self,
        run: Cursor,
        pos: usize,
        new: Stamp,
        mut source: C::Source<'_>,
        order: &O,
    ) {
        let taken = self.tree.amend(run, |run| run.fill(&mut source));
        if !C::is_exhausted(&source) {
            let first = Stamp { id: new.id.plus(taken), ..new };
            let at = self.lay_runs(run.gap_after(), first, source, order);
            self.remember(at, pos, new.id);
        }
    }

    /// Remembers the last of the runs that new elements came to lie in, given the position and the
    /// name of the first one. They are above all others, so nothing hangs on the last one.
    fn remember(&mut self, at: Cursor, pos: usize, first: Id) {
        let run = self.tree.get(at).id.counter;
        let start = pos + run as usize - first.counter as usize;
        self.recent = Some(Recent { at, start: Some(start), open: true });
    }

    /// The place right behind an element, or behind the root, for an element greater than all.
    ///
    /// If the left neighbour has a right child, then what follows it is the beginning of that child's
    /// subtree. The first element there, deleted or not, has no left child: it would be the first
    /// instead. The new element becomes that one's left child and so goes on with what stands
    /// there, as text typed backwards does, rather than beside it.
    fn place_behind<O: OpOrder + ?Sized>(&self, left: Option<Spot>, order: &O) -> Place {
        let next = match left {
            Some(Spot { at, offset }) if offset + 1 < self.tree.get(at).len() => {
                return Place::LeftOf(Spot { at, offset: offset + 1 });
            }
            Some(Spot { at, .. }) => self.tree.next(at),
            None => self.tree.first(),
        };
        match (left, next) {
            (None, None) => Place::Root,
            (Some(left), None) => Place::RightOf(left.at),
            (Some(left), Some(next)) if !self.is_below(left, next, order) => {
                Place::RightOf(left.at)
            }
            (_, Some(next)) => {
                let at = self.tree.skip(next, |part| !part.has_elements);
                Place::LeftOf(Spot { at, offset: 0 })
            }
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
        piece.exceeds(Stamp::of(id, order), order)
    }

    /// The parent and side that lead to a place.
    fn name(&self, place: Place) -> (Option<Id>, Side) {
        match place {
            Place::Root => (None, Side::Right),
            Place::RightOf(at) => {
                let run = self.tree.get(at);
                (Some(run.id.plus(run.len() - 1)), Side::Right)
            }
            Place::LeftOf(spot) => {
                let run = self.tree.get(spot.at);
                (Some(run.id.plus(spot.offset)), Side::Left)
            }
        }
    }

    /// The gap at a place.
    fn open_gap<O: OpOrder + ?Sized>(&mut self, place: Place, order: &O) -> Cursor {
        match place {
            Place::Root => self.tree.end(),
            Place::RightOf(at) => at.gap_after(),
            Place::LeftOf(spot) => self.put_anchor(spot, order).gap_after(),
        }
    }
}
