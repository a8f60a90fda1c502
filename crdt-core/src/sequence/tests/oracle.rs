//! The definition of list order, word by word: a tree of elements and its traversal.

use std::collections::{BTreeMap, BTreeSet};

use crate::op::{Id, Place, Side, Standing};

/// The place of an op in the total order.
pub(super) type Rank = (u32, u64, u32);

/// A tree of elements. Children are kept by rank and read from the greatest down.
#[derive(Default)]
pub(super) struct Oracle {
    children: BTreeMap<(Option<Id>, Side), BTreeMap<Rank, Id>>,
    /// Places that moves made: what was moved there.
    moved: BTreeMap<Id, (Rank, Id)>,
    /// The highest that was said of each place.
    rulings: BTreeMap<Id, (Rank, Standing)>,
    elements: BTreeSet<Id>,
    deleted: BTreeSet<Id>,
}

impl Oracle {
    pub(super) fn insert(&mut self, id: Id, rank: Rank, place: Place<Id>) {
        self.elements.insert(id);
        self.add_place(id, rank, place);
    }

    /// Moves what may be an element to a new place.
    pub(super) fn insert_move(&mut self, id: Id, rank: Rank, place: Place<Id>, element: Id) {
        self.moved.insert(id, (rank, element));
        self.add_place(id, rank, place);
    }

    fn add_place(&mut self, id: Id, rank: Rank, place: Place<Id>) {
        let parent = match place {
            Place::Root => (None, Side::Right),
            Place::Child(parent, side) => (Some(parent), side),
        };
        let old = self.children.entry(parent).or_default().insert(rank, id);
        assert_eq!(old, None, "ranks are unique");
    }

    pub(super) fn delete(&mut self, id: Id) {
        if self.elements.contains(&id) {
            self.deleted.insert(id);
        }
    }

    /// Says of a place whether what was moved there can stand there.
    pub(super) fn rule(&mut self, place: Id, rank: Rank, standing: Standing) {
        let known = self.rulings.entry(place).or_insert((rank, standing));
        if known.0 < rank {
            *known = (rank, standing);
        }
    }

    fn is_void(&self, place: Id) -> bool {
        self.rulings.get(&place).is_some_and(|(_, standing)| *standing == Standing::Void)
    }

    /// Where an element stands.
    fn place_of(&self, element: Id) -> Id {
        let moves = self.moved.iter().filter(|(_, (_, moved))| *moved == element);
        let moves = moves.filter(|(place, _)| !self.is_void(**place));
        moves.max_by_key(|(_, (rank, _))| *rank).map_or(element, |(place, _)| *place)
    }

    /// The element that is visible at a place.
    pub(super) fn visible_at(&self, place: Id) -> Option<Id> {
        let element = self.moved.get(&place).map_or(place, |(_, element)| *element);
        let is_here = self.elements.contains(&element) && self.place_of(element) == place;
        (is_here && !self.deleted.contains(&element)).then_some(element)
    }

    /// All elements, and whether they were deleted.
    pub(super) fn elements(&self) -> impl Iterator<Item = (Id, bool)> {
        self.elements.iter().map(|id| (*id, self.deleted.contains(id)))
    }

    /// All places in list order, and whether nothing stands there.
    pub(super) fn order(&self) -> Vec<(Id, bool)> {
        let mut order = Vec::new();
        self.visit(None, Side::Right, &mut order);
        order
    }

    fn visit(&self, parent: Option<Id>, side: Side, order: &mut Vec<(Id, bool)>) {
        let Some(children) = self.children.get(&(parent, side)) else {
            return;
        };
        for &id in children.values().rev() {
            self.visit(Some(id), Side::Left, order);
            order.push((id, self.visible_at(id).is_none()));
            self.visit(Some(id), Side::Right, order);
        }
    }
}
