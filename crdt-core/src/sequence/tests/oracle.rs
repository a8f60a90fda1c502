//! The definition of list order, word by word: a tree of elements and its traversal.

use std::collections::{BTreeMap, BTreeSet};

use crate::op::{Id, Place, Side};

/// The place of an op in the total order.
pub(super) type Rank = (u32, u64, u32);

/// A tree of elements. Children are kept by rank and read from the greatest down.
#[derive(Default)]
pub(super) struct Oracle {
    children: BTreeMap<(Option<Id>, Side), BTreeMap<Rank, Id>>,
    deleted: BTreeSet<Id>,
}

impl Oracle {
    pub(super) fn insert(&mut self, id: Id, rank: Rank, place: Place<Id>) {
        let parent = match place {
            Place::Root => (None, Side::Right),
            Place::Child(parent, side) => (Some(parent), side),
        };
        let old = self.children.entry(parent).or_default().insert(rank, id);
        assert_eq!(old, None, "ranks are unique");
    }

    pub(super) fn delete(&mut self, id: Id) {
        self.deleted.insert(id);
    }

    /// The elements in list order, and whether they were deleted.
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
            order.push((id, self.deleted.contains(&id)));
            self.visit(Some(id), Side::Right, order);
        }
    }
}
