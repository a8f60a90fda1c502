//! Which elements have been moved, and where they stand.

use std::collections::BTreeMap;

use super::order::{OpOrder, Stamp};
use crate::btree::{Combine, Cursor, Entry, Summary, Tree};
use crate::op::{Id, IdRange};

/// The places of all elements that have been moved. Of others nothing is kept: they stand where
/// they were inserted.
#[derive(Clone, Default, Debug)]
pub(super) struct Stands {
    visible: BTreeMap<Id, Places>,
    /// Those that were deleted. That does not say where they would stand.
    deleted: BTreeMap<Id, Places>,
}

/// Where an element has been moved to.
#[derive(Clone, Debug)]
struct Places {
    /// All its places but that of its insert, the lowest op first.
    ranked: Tree<Ranked>,
    /// Where it stands: the highest place that is not void, or where it was inserted.
    current: Id,
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

    /// Whether an element that has been moved is visible.
    pub(super) fn is_visible(&self, element: Id) -> bool {
        self.visible.contains_key(&element)
    }

    /// Adds a place of an element, which is `gone` if it was deleted before it was ever moved. Says
    /// from where to where it goes, if it is visible. O(log n).
    pub(super) fn add<O: OpOrder + ?Sized>(
        &mut self,
        element: Id,
        place: Stamp,
        gone: bool,
        order: &O,
    ) -> Option<Step> {
        if let Some(places) = self.deleted.get_mut(&element) {
            places.add(element, place, order);
            return None;
        }
        if gone && !self.is_visible(element) {
            return None;
        }
        let places = self.visible.entry(element).or_insert_with(|| Places::none(element));
        Some(places.add(element, place, order))
    }

    /// Takes the last place of an element back. Says from where to where the element goes. O(log n).
    pub(super) fn take_back<O: OpOrder + ?Sized>(
        &mut self,
        element: Id,
        place: Stamp,
        order: &O,
    ) -> Option<Step> {
        for all in [&mut self.visible, &mut self.deleted] {
            let Some(places) = all.get_mut(&element) else { continue };
            let step = places.remove(element, place, order);
            if places.ranked.is_empty() {
                all.remove(&element);
            }
            return Some(step);
        }
        None
    }

    /// Notes that elements are deleted. Gives those of them that have been moved, and where they
    /// stood. O(log n) for each of these.
    pub(super) fn delete(&mut self, names: IdRange) -> Vec<(Id, Id)> {
        let found: Vec<Id> = self.visible.range(between(names)).map(|(id, _)| *id).collect();
        let moved = found.into_iter().filter_map(|element| {
            let places = self.visible.remove(&element)?;
            let current = places.current;
            self.deleted.insert(element, places);
            Some((element, current))
        });
        moved.collect()
    }

    /// Notes that an element is visible again. Says where it stands, if it has been moved.
    pub(super) fn restore(&mut self, element: Id) -> Option<Id> {
        let places = self.deleted.remove(&element)?;
        let current = places.current;
        self.visible.insert(element, places);
        Some(current)
    }

    /// The first deleted element of a range that has been moved.
    pub(super) fn first_deleted(&self, names: IdRange) -> Option<Id> {
        self.deleted.range(between(names)).next().map(|(id, _)| *id)
    }
}

fn between(names: IdRange) -> core::ops::Range<Id> {
    let id = |counter| Id { chain: names.chain, counter };
    id(names.start)..id(names.end)
}

impl Places {
    fn none(element: Id) -> Self {
        Self { ranked: Tree::new(), current: element }
    }

    fn add<O: OpOrder + ?Sized>(&mut self, element: Id, place: Stamp, order: &O) -> Step {
        let gap = self.gap_before(place, order);
        self.ranked.insert(gap, [Ranked { place }], order, |_, _| {});
        self.settle(element)
    }

    fn remove<O: OpOrder + ?Sized>(&mut self, element: Id, place: Stamp, order: &O) -> Step {
        if let Some(at) = self.ranked.entry_at(self.gap_before(place, order)) {
            self.ranked.remove(at, order);
        }
        self.settle(element)
    }

    /// The gap before a place, or where it would be.
    fn gap_before<O: OpOrder + ?Sized>(&self, place: Stamp, order: &O) -> Cursor {
        let found = self.ranked.find(|part| place.exceeds(part.last, order));
        found.unwrap_or_else(|| self.ranked.end())
    }

    /// Finds out where the element stands now.
    fn settle(&mut self, element: Id) -> Step {
        let from = self.current;
        self.current = self.highest().unwrap_or(element);
        Step { from, to: self.current }
    }

    /// The highest place that is not void.
    fn highest(&self) -> Option<Id> {
        let (all, mut passed) = (self.ranked.total().standing, 0);
        let at = self.ranked.find(|part| {
            let passes = passed + part.standing < all;
            passed += if passes { part.standing } else { 0 };
            passes
        })?;
        Some(self.ranked.get(at).place.id)
    }
}

/// One of an element's places.
#[derive(Clone, Copy, Debug)]
struct Ranked {
    place: Stamp,
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
        Rank { last: self.place, standing: 1 }
    }
}
