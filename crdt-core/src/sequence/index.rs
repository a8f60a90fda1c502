//! From the name of an element to the leaf it lies in.

use std::collections::BTreeMap;

use super::content::Content;
use super::piece::Piece;
use crate::btree::LeafId;
use crate::op::Id;

/// The leaf of every piece.
///
/// A run is listed once, under any one of its elements. So the run that holds an element is listed
/// either right before it or right behind it, and a run may grow at both ends without being listed
/// anew. Pieces are numbered; when the tree moves a piece, only the leaf noted for its number
/// changes.
#[derive(Clone, Default, Debug)]
pub(super) struct Index {
    runs: BTreeMap<Id, u32>,
    anchors: BTreeMap<Id, u32>,
    leaves: Vec<LeafId>,
    free: Vec<u32>,
}

impl Index {
    /// Lists a piece under its `id` and gives it its number.
    pub(super) fn list<C: Content>(&mut self, piece: &mut Piece<C>) {
        piece.number = self.free.pop().unwrap_or_else(|| {
            self.leaves.push(LeafId::MAX);
            u32::try_from(self.leaves.len() - 1).expect("memory ends before the numbers do")
        });
        let map = if piece.is_anchor() {
            &mut self.anchors
        } else {
            &mut self.runs
        };
        map.insert(piece.id, piece.number);
    }

    /// Lists a run under another of its elements.
    pub(super) fn relist(&mut self, old: Id, new: Id) {
        if let Some(number) = self.runs.remove(&old) {
            self.runs.insert(new, number);
        }
    }

    /// Takes a run from the list.
    pub(super) fn unlist(&mut self, listed: Id) {
        self.free.extend(self.runs.remove(&listed));
    }

    /// Notes where a piece lies now.
    pub(super) fn place<C: Content>(&mut self, piece: &Piece<C>, leaf: LeafId) {
        self.leaves[piece.number as usize] = leaf;
    }

    /// The last run on the chain that is listed at `id` or before: its leaf and number.
    pub(super) fn listed_up_to(&self, id: Id) -> Option<(LeafId, u32)> {
        let (listed, &number) = self.runs.range(..=id).next_back()?;
        (listed.chain == id.chain).then(|| (self.leaves[number as usize], number))
    }

    /// The first run on the chain that is listed behind `id`: its leaf and number.
    pub(super) fn listed_behind(&self, id: Id) -> Option<(LeafId, u32)> {
        let (listed, &number) = self.runs.range(id..).next()?;
        (listed.chain == id.chain).then(|| (self.leaves[number as usize], number))
    }

    /// The anchor of an element: its leaf and number.
    pub(super) fn anchor(&self, id: Id) -> Option<(LeafId, u32)> {
        let number = *self.anchors.get(&id)?;
        Some((self.leaves[number as usize], number))
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> (usize, usize) {
        assert_eq!(
            self.leaves.len(),
            self.runs.len() + self.anchors.len() + self.free.len()
        );
        (self.runs.len(), self.anchors.len())
    }
}
