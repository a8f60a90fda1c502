//! Inserting at a visible position.

use super::order::Stamp;
use super::piece::{Piece, Totals};
use super::{Content, OpOrder, Open, OutOfBounds, Recent, Sequence, Spot};
use crate::btree::Cursor;
use crate::op::{Id, Place, Side};

/// Where a new element goes, and how it is laid there.
#[derive(Clone, Copy)]
pub(super) enum Target {
    /// On the right of an element that ends its run and has no right child.
    RightOf(Cursor),
    /// On the right of the root, which has no child.
    Root,
    /// On the left of an element that has no left child.
    LeftOf(Spot),
}

impl<C: Content> Sequence<C> {
    /// Goes on with the run that was typed last, if `pos` is its end and `id` continues it.
    /// `append` appends to a run as long as there is room, and tells how many elements, and what
    /// the run's summary gains. Returns the number of elements that were inserted.
    #[inline]
    pub(super) fn type_on(
        &mut self,
        pos: usize,
        id: Id,
        append: impl FnOnce(&mut Piece<C>) -> (u32, Totals<C::Measure>),
    ) -> u32 {
        let Self { tree, aids } = self;
        let Some(Recent { at, open: Some(open), .. }) =
            aids.get_mut().and_then(|aids| aids.recent.as_mut())
        else {
            return 0;
        };
        if open.pos != pos || open.id != id {
            return 0;
        }
        let taken = tree.enlarge(*at, append);
        open.pos += taken as usize;
        open.id.counter += taken;
        taken
    }

    /// Inserts new elements, the first of them named `id`, so that they stand at the visible
    /// position `pos`. `time` is that of the change they come in, which is above all that is here.
    /// Says where the first one hangs, for others to integrate it.
    pub(crate) fn insert_at<O: OpOrder + ?Sized>(
        &mut self,
        pos: usize,
        mut source: C::Source<'_>,
        id: Id,
        time: u32,
        order: &O,
    ) -> Result<Place<Id>, OutOfBounds> {
        let typed = self.type_on(pos, id, |run| run.fill(&mut source));
        if typed > 0 && C::is_exhausted(&source) {
            return Ok(Place::<Id>::going_on(id));
        }
        let new = Stamp { time, id: id.plus(typed) };
        let place = self.insert_elsewhere(pos + typed as usize, source, new, order)?;
        Ok(if typed > 0 { Place::<Id>::going_on(id) } else { place })
    }

    /// Inserts new elements without looking at what was typed last.
    fn insert_elsewhere<O: OpOrder + ?Sized>(
        &mut self,
        pos: usize,
        source: C::Source<'_>,
        new: Stamp,
        order: &O,
    ) -> Result<Place<Id>, OutOfBounds> {
        let len = self.len();
        if pos > len {
            return Err(OutOfBounds { pos, len });
        }
        let left = pos.checked_sub(1).and_then(|last| self.locate_to_edit(last));
        let target = self.target_behind(left.map(|(spot, _)| spot), order);
        let place = self.place(target);
        if !C::is_exhausted(&source) {
            let at = match target {
                Target::Root => self.lay(self.tree.end(), new, source, order),
                Target::RightOf(at) => self.lay(at.gap_after(), new, source, order),
                Target::LeftOf(spot) => self.lay_left(spot, new, source, order),
            };
            self.remember(at, pos, new.id);
        }
        Ok(place)
    }

    /// Remembers the last of the runs that new elements came to lie in, given the position and the
    /// name of the first one. They are above all others, so nothing hangs on the last one.
    fn remember(&mut self, at: Cursor, pos: usize, first: Id) {
        let run = self.tree.get(at);
        let start = pos + run.id.counter as usize - first.counter as usize;
        let open = Open { pos: start + run.len() as usize, id: run.id.plus(run.len()) };
        self.set_recent(Some(Recent { at, start: Some(start), open: Some(open) }));
    }

    /// The target right behind an element, or behind the root, for an element greater than all.
    ///
    /// If the left neighbour has a right child, then what follows it is the beginning of that
    /// child's subtree. The first element there, deleted or not, has no left child: it would be the
    /// first instead. The new element becomes that one's left child and so goes on with what stands
    /// there, as text typed backwards does, rather than beside it.
    pub(super) fn target_behind<O: OpOrder + ?Sized>(
        &self,
        left: Option<Spot>,
        order: &O,
    ) -> Target {
        let next = match left {
            Some(Spot { at, offset }) if offset + 1 < self.tree.get(at).len() => {
                return Target::LeftOf(Spot { at, offset: offset + 1 });
            }
            Some(Spot { at, .. }) => self.tree.next(at),
            None => self.tree.first(),
        };
        match (left, next) {
            (None, None) => Target::Root,
            (Some(left), None) => Target::RightOf(left.at),
            (Some(left), Some(next)) if !self.is_below(left, next, order) => {
                Target::RightOf(left.at)
            }
            (_, Some(next)) => {
                let at = self.tree.skip(next, |part| !part.has_elements);
                Target::LeftOf(Spot { at, offset: 0 })
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

    /// Where an element hangs that goes to a target.
    pub(super) fn place(&self, target: Target) -> Place<Id> {
        match target {
            Target::Root => Place::Root,
            Target::RightOf(at) => {
                let run = self.tree.get(at);
                Place::Child(run.id.plus(run.len() - 1), Side::Right)
            }
            Target::LeftOf(spot) => {
                let run = self.tree.get(spot.at);
                Place::Child(run.id.plus(spot.offset), Side::Left)
            }
        }
    }
}
