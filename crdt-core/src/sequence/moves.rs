//! Moving elements: what an element is stays apart from where it stands.
//!
//! An insert makes a place for each of its elements, a move makes one for each element it names.
//! All places of a sequence are in one tree, and hang on places. An element stands at the highest
//! of its places, by op; the others take no room. So concurrent moves of one element leave it at
//! one place, and what was inserted beside an element stays where that was. (Kleppmann, "Moving
//! Elements in List CRDTs", `PaPoC` 2020.)

use core::ops::Range;

use super::covers::Ruling;
use super::insert::Target;
use super::order::Stamp;
use super::piece::Piece;
use super::saved::SpanKind;
use super::stands::{Stands, Step};
use super::{Content, Keep, OpOrder, OutOfBounds, Sequence, Shift, Shifts, Spot, UnknownParent};
use crate::btree::Cursor;
use crate::op::{Id, IdRange, Place, Side, Standing};
use crate::sorted::SortedSet;

impl<C: Content> Sequence<C> {
    /// Moves elements: the first one to a place named `first`, which hangs where `place` says,
    /// every further one to the next place, on the right of the one before. `time` is that of the
    /// change they come in. Says whether all of them are elements of this sequence.
    ///
    /// The caller does so with every op once, after those it depends on. O(log n) for each element.
    pub(crate) fn integrate_moves<O: OpOrder + ?Sized>(
        &mut self,
        first: Id,
        time: u32,
        place: Place<Id>,
        elements: &[Id],
        order: &O,
        shifts: &mut Shifts,
    ) -> Result<bool, UnknownParent> {
        let new = Stamp { time, id: first };
        self.set_recent(None);
        let gap = match place {
            Place::Root => {
                let start = self.tree.first().unwrap_or_else(|| self.tree.end());
                self.gap_among(start, new, order)
            }
            Place::Child(parent, side) => {
                let parent = self.find(parent).ok_or(UnknownParent)?;
                match side {
                    Side::Left => self.gap_left(parent, new, order),
                    Side::Right => self.gap_right(parent, new, order),
                }
            }
        };
        Ok(self.move_to(gap, new, elements, order, shifts))
    }

    /// Moves the elements at some visible positions into the gap before another position. The first
    /// of their new places is named `first`, `time` is that of the change they come in, which is
    /// above all that is here. Says where the first one hangs, for others to integrate it, and what
    /// was moved. O(log n) for each element.
    pub(crate) fn move_at<O: OpOrder + ?Sized>(
        &mut self,
        range: Range<usize>,
        to: usize,
        first: Id,
        time: u32,
        order: &O,
    ) -> Result<(Place<Id>, Vec<Id>), OutOfBounds> {
        let len = self.len();
        let pos = range.start.max(range.end).max(to);
        if range.start > range.end || pos > len {
            return Err(OutOfBounds { pos, len });
        }
        let elements = self.names_at(range);
        let left = to.checked_sub(1).and_then(|last| self.locate_to_edit(last));
        let target = self.target_behind(left.map(|(spot, _)| spot), order);
        let place = self.place(target);
        self.set_recent(None);
        let gap = match target {
            Target::Root => self.tree.end(),
            Target::RightOf(at) => at.gap_after(),
            Target::LeftOf(spot) => self.gap_behind_new_anchor(spot, order),
        };
        self.move_to(gap, Stamp { time, id: first }, &elements, order, &mut Shifts::dropped());
        Ok((place, elements))
    }

    /// The places that moves have made for elements that are visible, in list order: the place, the
    /// element, and whether it cannot stand there.
    pub(crate) fn moved(&self) -> impl Iterator<Item = (Id, Id, bool)> {
        self.stands().into_iter().flat_map(|stands| {
            self.tree.iter().filter_map(|piece| match piece.span_kind() {
                SpanKind::Moved { element, void, .. } if stands.is_visible(element) => {
                    Some((piece.id, element, void))
                }
                _ => None,
            })
        })
    }

    /// Takes a move back that was made here, the last edit first: the places that it made, none of
    /// which anybody has seen. O(log n) for each.
    pub(crate) fn take_back_moves<O: OpOrder + ?Sized>(&mut self, places: IdRange, order: &O) {
        self.set_recent(None);
        for counter in (places.start..places.end).rev() {
            let place = Id { chain: places.chain, counter };
            let Some((element, stamp)) = self.moved_to(place) else { continue };
            let step = self.stands_mut().take_back(element, stamp, order);
            self.carry(step, order, &mut Shifts::dropped());
            if let Some(at) = self.find(place).map(|spot| spot.at) {
                self.remove_run(at, order);
            }
        }
    }

    /// Rules on a place, if a move has made it here. O(log n).
    pub(super) fn rule_on_place<O: OpOrder + ?Sized>(
        &mut self,
        place: Id,
        ruling: Ruling,
        order: &O,
        shifts: &mut Shifts,
    ) {
        let Some((element, stamp)) = self.moved_to(place) else { return };
        self.set_recent(None);
        let Some((void, step)) = self.stands_mut().rule(element, stamp, ruling, order) else {
            return;
        };
        if let Some(spot) = self.find(place) {
            self.tree.get_mut(spot.at).set_void(void);
        }
        self.carry(Some(step), order, shifts);
    }

    /// Whether a place stands, if a move has made it here.
    pub(super) fn standing_of_place(&self, place: Id) -> Option<Standing> {
        match self.tree.get(self.find(place)?.at).span_kind() {
            SpanKind::Moved { void: true, .. } => Some(Standing::Void),
            SpanKind::Moved { void: false, .. } => Some(Standing::Stands),
            _ => None,
        }
    }

    /// Deletes those of some elements that have been moved, wherever they stand. Returns how many.
    pub(super) fn delete_moved<O: OpOrder + ?Sized>(
        &mut self,
        names: IdRange,
        order: &O,
        keep: &mut impl Keep<C>,
    ) -> usize {
        if self.stands().is_none() {
            return 0;
        }
        let mut count = 0;
        for (element, place) in self.stands_mut().set_deleted(names, true) {
            // Who stands where it was inserted is deleted as all others are.
            if place == element {
                continue;
            }
            self.set_recent(None);
            if let Some(spot) = self.find(place) {
                keep.shifted(|| Shift::deleted(self.start_of(spot), 1));
                self.cut(spot, spot.offset + 1, order, keep);
                count += 1;
            }
        }
        count
    }

    /// Lets an element stand again where it did when it was deleted.
    pub(super) fn restore_moved<O: OpOrder + ?Sized>(
        &mut self,
        element: Id,
        content: C,
        order: &O,
    ) {
        let moved = self.stands_mut().set_deleted(IdRange::new(element, 1), false);
        let place = moved.first().map_or(element, |(_, place)| *place);
        self.stand(place, content, false, order);
    }

    /// Notes where elements were moved in a sequence that was saved. Says whether that is how they
    /// stand. O(n log n).
    pub(super) fn restore_places<O: OpOrder + ?Sized>(
        &mut self,
        moved: &[MovedHere],
        order: &O,
    ) -> bool {
        let standing: SortedSet<Id> =
            moved.iter().filter(|place| place.stands).map(|place| place.element).collect();
        let mut stands = Stands::default();
        for MovedHere { place, element, void, .. } in moved {
            // What is visible nowhere was deleted.
            if !stands.has(*element) {
                if !standing.contains(element) && !self.is_visible_where_inserted(*element) {
                    continue;
                }
                stands.begin(*element, false);
            }
            stands.add(*element, *place, *void, order);
        }
        let agrees = moved.iter().all(|MovedHere { place, element, stands: here, .. }| {
            *here == (stands.place_of(*element) == Some(place.id))
        });
        self.aids_mut().stands = Some(Box::new(stands));
        agrees
    }

    fn is_visible_where_inserted(&self, element: Id) -> bool {
        self.find(element).is_some_and(|spot| {
            let run = self.tree.get(spot.at);
            run.moved_here().is_none() && run.content().is_some()
        })
    }

    /// Which elements have been moved, if any were.
    #[inline]
    pub(super) fn stands(&self) -> Option<&Stands> {
        if C::MOVABLE { self.aids.get()?.stands.as_deref() } else { None }
    }

    pub(super) fn stands_mut(&mut self) -> &mut Stands {
        self.aids_mut().stands.get_or_insert_default()
    }

    /// Makes new places in a gap, each the right child of the one before, and moves elements there.
    fn move_to<O: OpOrder + ?Sized>(
        &mut self,
        mut gap: Cursor,
        first: Stamp,
        elements: &[Id],
        order: &O,
        shifts: &mut Shifts,
    ) -> bool {
        let places =
            (first.id.counter..).map(|counter| Stamp { id: Id { counter, ..first.id }, ..first });
        for (place, element) in places.clone().zip(elements) {
            gap = self.put(gap, [Piece::moved(place, *element)], order).gap_after();
        }
        let mut all = true;
        for (place, element) in places.zip(elements) {
            all &= self.add_place(*element, place, order, shifts);
        }
        all
    }

    /// Adds a place of an element, and lets it stand there if that is its highest now. Says whether
    /// it is an element of this sequence.
    fn add_place<O: OpOrder + ?Sized>(
        &mut self,
        element: Id,
        place: Stamp,
        order: &O,
        shifts: &mut Shifts,
    ) -> bool {
        let Some(spot) = self.find(element) else { return false };
        let inserted = self.tree.get(spot.at);
        if inserted.moved_here().is_some() {
            return false;
        }
        let (gone, covered) = (inserted.is_vacant(), inserted.is_covered());
        let stands = self.stands_mut();
        if !stands.has(element) {
            // Of what was deleted before it was ever moved nothing is left to move.
            if gone {
                return true;
            }
            stands.begin(element, covered);
        }
        let step = stands.add(element, place, false, order);
        self.carry(step, order, shifts);
        true
    }

    /// What was moved to a place, if a move has made it, and that place.
    fn moved_to(&self, place: Id) -> Option<(Id, Stamp)> {
        let piece = self.tree.get(self.find(place)?.at);
        piece.moved_here().map(|element| (element, piece.stamp()))
    }

    /// Carries an element from the place where it stands to another one.
    fn carry<O: OpOrder + ?Sized>(&mut self, step: Option<Step>, order: &O, shifts: &mut Shifts) {
        let Some(Step { from, to }) = step.filter(|step| step.from != step.to) else { return };
        let Some(spot) = self.find(from) else { return };
        // What was let go of stands nowhere.
        if self.tree.get(spot.at).is_vacant() {
            return;
        }
        let at = self.begin_run(spot.at, spot.offset, order);
        let (at, _) = self.end_run(at, 1, order);
        let spot = Spot { at, offset: 0 };
        let Some((content, covered)) = self.tree.amend(at, Piece::take) else { return };
        // Nothing visible stands there any more, so it is the position where it stood.
        let from = self.start_of(spot);
        if self.tree.get(at).is_vacant() {
            self.join_around(at, order);
        }
        self.stand(to, content, covered, order);
        if !covered && let Some(spot) = self.find(to) {
            shifts.note(|| Shift::Move { from, count: 1, to: self.start_of(spot) });
        }
    }

    /// Lets an element stand at a vacant place.
    fn stand<O: OpOrder + ?Sized>(&mut self, place: Id, content: C, covered: bool, order: &O) {
        let Some(spot) = self.find(place) else { return };
        let at = self.begin_run(spot.at, spot.offset, order);
        let (at, _) = self.end_run(at, 1, order);
        self.tree.update(at, order, |run| {
            run.revive(content);
            run.set_covered(covered);
        });
    }

    /// The names of the elements at some visible positions.
    fn names_at(&self, range: Range<usize>) -> Vec<Id> {
        let mut names = Vec::with_capacity(range.len());
        while names.len() < range.len()
            && let Some((spot, _)) = self.locate(range.start + names.len())
        {
            let run = self.tree.get(spot.at);
            let here = (spot.offset..run.len()).map(|offset| run.first().plus(offset));
            names.extend(here.take(range.len() - names.len()));
        }
        names
    }

    /// The gap for a new place among the children that begin at a gap.
    fn gap_among<O: OpOrder + ?Sized>(&self, start: Cursor, new: Stamp, order: &O) -> Cursor {
        self.tree.skip(start, |part| part.least.exceeds(new, order))
    }

    /// The gap for a new place on the left of another.
    fn gap_left<O: OpOrder + ?Sized>(&mut self, parent: Spot, new: Stamp, order: &O) -> Cursor {
        let id = self.tree.get(parent.at).id.plus(parent.offset);
        match self.find_anchor(id) {
            Some(anchor) => self.gap_among(anchor.gap_after(), new, order),
            None => self.gap_behind_new_anchor(parent, order),
        }
    }

    /// The gap for a new place on the right of another.
    fn gap_right<O: OpOrder + ?Sized>(&mut self, parent: Spot, new: Stamp, order: &O) -> Cursor {
        let run = self.tree.get(parent.at);
        let next = parent.offset + 1;
        if next == run.len() || Stamp::of(run.id.plus(next), order).exceeds(new, order) {
            self.gap_among(parent.at.gap_after(), new, order)
        } else {
            self.split(parent.at, next, order)
        }
    }

    /// Gives a place that has no left child its anchor. Returns the gap behind that.
    fn gap_behind_new_anchor<O: OpOrder + ?Sized>(&mut self, spot: Spot, order: &O) -> Cursor {
        let at = self.begin_run(spot.at, spot.offset, order);
        let anchor = Piece::anchor(self.tree.get(at).stamp());
        self.put(at, [anchor], order).gap_after()
    }
}

/// A place that a move made, as it was saved.
pub(super) struct MovedHere {
    pub(super) place: Stamp,
    /// What was moved there.
    pub(super) element: Id,
    /// Whether it is visible and stands there.
    pub(super) stands: bool,
    /// Whether it cannot stand there.
    pub(super) void: bool,
}
