//! The order of a list as an explicit tree (Weidner and Kleppmann, "The Art of the Fugue").

use std::collections::BTreeMap;

use crdt_core::Side;

use super::causality::{Dag, OpId};

/// The places of one list or text, each hanging on a side of its parent. The root is `None`.
pub(crate) struct Fugue<'a> {
    dag: &'a Dag,
    children: BTreeMap<(Option<OpId>, Side), Vec<OpId>>,
    places: Vec<OpId>,
}

impl<'a> Fugue<'a> {
    pub(crate) fn new(dag: &'a Dag) -> Self {
        Self { dag, children: BTreeMap::new(), places: Vec::new() }
    }

    /// Hangs `count` places into the tree: the first one where it is said, each further one as the
    /// right child of the one before it. Does nothing if the parent is no place of this list, and
    /// gives the places that it has made.
    pub(crate) fn hang(&mut self, first: OpId, at: Option<(OpId, Side)>, count: u32) -> Vec<OpId> {
        let mut made = Vec::new();
        let (mut parent, mut side) = match at {
            None => (None, Side::Right),
            Some((parent, _)) if !self.places.contains(&parent) => return made,
            Some((parent, side)) => (Some(parent), side),
        };
        for offset in first.offset..first.offset + count {
            let id = OpId { offset, ..first };
            self.children.entry((parent, side)).or_default().push(id);
            made.push(id);
            (parent, side) = (Some(id), Side::Right);
        }
        self.places.extend(&made);
        made
    }

    /// All places in order: for each the left subtrees, itself, the right subtrees; siblings by
    /// their ops, descending.
    pub(crate) fn order(&self) -> Vec<OpId> {
        let mut order = Vec::new();
        let mut open = vec![(None, true)];
        while let Some((place, descend)) = open.pop() {
            if !descend {
                order.extend(place);
                continue;
            }
            // What is to come first is pushed last.
            let right = self.siblings(place, Side::Right);
            open.extend(right.into_iter().map(|child| (Some(child), true)));
            open.push((place, false));
            let left = self.siblings(place, Side::Left);
            open.extend(left.into_iter().map(|child| (Some(child), true)));
        }
        order
    }

    /// The children on a side, ascending.
    fn siblings(&self, parent: Option<OpId>, side: Side) -> Vec<OpId> {
        let mut siblings = self.children.get(&(parent, side)).cloned().unwrap_or_default();
        siblings.sort_by_key(|child| self.dag.rank(*child));
        siblings
    }
}
