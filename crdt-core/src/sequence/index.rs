//! From the name of an element to the leaf it lies in.

use std::collections::BTreeMap;

use super::content::Content;
use super::piece::Piece;
use crate::btree::LeafId;
use crate::op::Id;

/// The leaf of every run, by the run's first element, and of every anchor.
#[derive(Clone, Default, Debug)]
pub(super) struct Index {
    runs: BTreeMap<Id, LeafId>,
    anchors: BTreeMap<Id, LeafId>,
}

impl Index {
    /// Notes where a piece lies now.
    pub(super) fn place<C: Content>(&mut self, piece: &Piece<C>, leaf: LeafId) {
        let map = if piece.is_anchor() { &mut self.anchors } else { &mut self.runs };
        map.insert(piece.id, leaf);
    }

    /// Forgets a run.
    pub(super) fn forget(&mut self, first: Id) {
        self.runs.remove(&first);
    }

    /// The leaf of the last run that begins at `id` or before it on the same chain.
    pub(super) fn leaf_of(&self, id: Id) -> Option<LeafId> {
        let (first, leaf) = self.runs.range(..=id).next_back()?;
        (first.chain == id.chain).then_some(*leaf)
    }

    /// The first run that begins at `id` or behind it on the same chain.
    pub(super) fn run_from(&self, id: Id) -> Option<Id> {
        let (&first, _) = self.runs.range(id..).next()?;
        (first.chain == id.chain).then_some(first)
    }

    /// The leaf of an element's anchor.
    pub(super) fn leaf_of_anchor(&self, id: Id) -> Option<LeafId> {
        self.anchors.get(&id).copied()
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> (usize, usize) {
        (self.runs.len(), self.anchors.len())
    }
}
