//! Which elements have been moved, and where they stand.

use core::ops::Range;

use super::covers::Ruling;
use super::order::{OpOrder, Stamp};
use crate::btree::{Combine, Cursor, Entry, Summary, Tree};
use crate::op::{Id, IdRange};
use crate::sorted::SortedMap;

/// The places of all elements that have been moved. Of others nothing is kept: they stand where
/// they were inserted.
#[derive(Clone, Default, Debug)]
pub(super) struct Stands {
    visible: SortedMap<Id, Places>,
    /// Those that are deleted. That does not say where they would stand.
    deleted: SortedMap<Id, Places>,
}

/// Where an element has been moved to.
#[derive(Clone, Debug)]
struct Places {
    /// All its places but that of its insert, the lowest op first.
    ranked: Tree<Ranked>,
    /// Where it stands: the highest place that is not void, or where it was inserted.
    current: Id,
}

/// One of an element's places.
#[derive(Clone, Copy, Debug)]
struct Ranked {
    place: Stamp,
    /// Whether the element cannot stand there.
    void: bool,
    ruling: Option<Ruling>,
}

/// From one place to another, which may be the same.
#[derive(Clone, Copy, Debug)]
pub(super) struct Step {
    pub(super) from: Id,
    pub(super) to: Id,
}

impl Stands {
    /// The place at which an element stands, if it has been moved.
    pub(super) fn place_of(&self, element: Id) -> Option<Id> {
        let places = self.visible.get(&element).or_else(|| self.deleted.get(&element));
        places.map(|places| places.current)
    }

    /// Whether this is an element that has been moved and is visible.
    pub(super) fn is_visible(&self, element: Id) -> bool {
        self.visible.contains_key(&element)
    }

    /// Whether one of some elements that have been moved is visible.
    pub(super) fn has_visible(&self, names: IdRange) -> bool {
        self.visible.range(between(names)).next().is_some()
    }

    /// Whether this is an element that has been moved.
    pub(super) fn has(&self, element: Id) -> bool {
        self.is_visible(element) || self.deleted.contains_key(&element)
    }

    /// Begins with an element that stands where it was inserted until now.
    pub(super) fn begin(&mut self, element: Id, deleted: bool) {
        let all = if deleted { &mut self.deleted } else { &mut self.visible };
        all.insert(element, Places { ranked: Tree::new(), current: element });
    }

    /// Adds a place of an element that has been moved. Says from where to where it goes. O(log n).
    pub(super) fn add<O: OpOrder + ?Sized>(
        &mut self,
        element: Id,
        place: Stamp,
        void: bool,
        order: &O,
    ) -> Option<Step> {
        let Places { ranked, .. } = self.places_of(element)?;
        let gap = gap_before(ranked, place, order);
        ranked.insert(gap, [Ranked { place, void, ruling: None }], order, |_, _| {});
        self.step(element)
    }

    /// Takes the last place of an element back. Says from where to where it goes. O(log n).
    pub(super) fn take_back<O: OpOrder + ?Sized>(
        &mut self,
        element: Id,
        place: Stamp,
        order: &O,
    ) -> Option<Step> {
        let Places { ranked, .. } = self.places_of(element)?;
        let at = ranked.entry_at(gap_before(ranked, place, order))?;
        ranked.remove(at, order);
        let unmoved = ranked.is_empty();
        let step = self.step(element);
        if unmoved {
            self.visible.remove(&element);
            self.deleted.remove(&element);
        }
        step
    }

    /// Rules on a place of an element. Says whether it is void now, and from where to where the
    /// element goes. O(log n).
    pub(super) fn rule<O: OpOrder + ?Sized>(
        &mut self,
        element: Id,
        place: Stamp,
        ruling: Ruling,
        order: &O,
    ) -> Option<(bool, Step)> {
        let Places { ranked, .. } = self.places_of(element)?;
        let at = ranked.entry_at(gap_before(ranked, place, order))?;
        let before = ranked.get(at).ruling;
        if ranked.get(at).place != place || !ruling.overrides(before, order) {
            return None;
        }
        let void = !Ruling::stands(Some(ruling));
        ranked.update(at, order, |ranked| {
            (ranked.void, ranked.ruling) = (void, Some(ruling));
        });
        self.step(element).map(|step| (void, step))
    }

    /// Notes that elements are deleted, or not any more. Gives those of them that have been moved,
    /// and where they stand. O(log n) for each of these that were not so before.
    pub(super) fn set_deleted(&mut self, names: IdRange, deleted: bool) -> Vec<(Id, Id)> {
        let Self { visible, deleted: gone } = self;
        let (from, to) = if deleted { (visible, gone) } else { (gone, visible) };
        let found: Vec<Id> = from.range(between(names)).map(|(id, _)| *id).collect();
        let moved = found.into_iter().filter_map(|element| {
            let places = from.remove(&element)?;
            let current = places.current;
            to.insert(element, places);
            Some((element, current))
        });
        moved.collect()
    }

    /// The elements of a range without those that have been moved and are visible.
    pub(super) fn without(&self, names: IdRange) -> Vec<IdRange> {
        let (mut ranges, mut start) = (Vec::new(), names.start);
        let moved = self.visible.range(between(names)).map(|(id, _)| id.counter);
        for end in moved.chain([names.end]) {
            if start < end {
                ranges.push(IdRange { start, end, ..names });
            }
            start = end + 1;
        }
        ranges
    }

    /// The first deleted element of a range that has been moved.
    pub(super) fn first_deleted(&self, names: IdRange) -> Option<Id> {
        self.deleted.range(between(names)).next().map(|(id, _)| *id)
    }

    fn places_of(&mut self, element: Id) -> Option<&mut Places> {
        let Self { visible, deleted } = self;
        visible.get_mut(&element).or_else(|| deleted.get_mut(&element))
    }

    /// Finds out where an element stands now.
    fn step(&mut self, element: Id) -> Option<Step> {
        let places = self.places_of(element)?;
        let from = places.current;
        places.current = highest(&places.ranked).unwrap_or(element);
        Some(Step { from, to: places.current })
    }
}

fn between(names: IdRange) -> Range<Id> {
    let id = |counter| Id { chain: names.chain, counter };
    id(names.start)..id(names.end)
}

/// The gap before a place, or where it would be.
fn gap_before<O: OpOrder + ?Sized>(ranked: &Tree<Ranked>, place: Stamp, order: &O) -> Cursor {
    let found = ranked.find(|part| place.exceeds(part.last, order));
    found.unwrap_or_else(|| ranked.end())
}

/// The highest place that is not void.
fn highest(ranked: &Tree<Ranked>) -> Option<Id> {
    let mut before_last = ranked.total().standing.checked_sub(1)?;
    let at = ranked.find(|part| {
        let passes = part.standing <= before_last;
        before_last -= if passes { part.standing } else { 0 };
        passes
    })?;
    Some(ranked.get(at).place.id)
}

/// What is known of some places of one element.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
struct Rank {
    /// The highest of them.
    last: Stamp,
    /// How many are not void.
    standing: usize,
}

impl Summary for Rank {
    fn shift(&mut self, before: &Self, after: &Self) {
        self.standing = self.standing + after.standing - before.standing;
    }
}

impl<O: OpOrder + ?Sized> Combine<O> for Rank {
    fn combine(self, other: Self, order: &O) -> Self {
        let higher = self.last.exceeds(other.last, order);
        Self {
            last: if higher { self.last } else { other.last },
            standing: self.standing + other.standing,
        }
    }
}

impl Entry for Ranked {
    type Summary = Rank;
    const LEAF: usize = if cfg!(test) { 4 } else { 16 };
    const INNER: usize = if cfg!(test) { 4 } else { 16 };

    fn summary(&self) -> Rank {
        Rank { last: self.place, standing: usize::from(!self.void) }
    }
}
