//! From the name of an element to the leaf it lies in.

use super::content::Content;
use super::directory::Directory;
use super::piece::Piece;
use crate::btree::LeafId;
use crate::op::Id;

/// The leaf of every piece.
///
/// A run is listed once, under any one of its elements, which it knows. So the run that holds an
/// element is listed either right before it or right behind it.
#[derive(Clone, Default, Debug)]
pub(super) struct Index {
    runs: Directory,
    anchors: Directory,
}

impl Index {
    /// The index of all pieces of a sequence.
    pub(super) fn of<'a, C: Content + 'a>(
        pieces: impl Iterator<Item = (LeafId, &'a Piece<C>)>,
    ) -> Self {
        let (mut runs, mut anchors) = (Vec::new(), Vec::new());
        for (leaf, piece) in pieces {
            let names = if piece.is_anchor() { &mut anchors } else { &mut runs };
            names.push((piece.listed(), leaf));
        }
        Self { runs: Directory::of(runs), anchors: Directory::of(anchors) }
    }

    /// Notes where a piece lies.
    pub(super) fn list<C: Content>(&mut self, piece: &Piece<C>, leaf: LeafId) {
        let map = if piece.is_anchor() { &mut self.anchors } else { &mut self.runs };
        map.set(piece.listed(), leaf);
    }

    /// Takes a piece from the list.
    pub(super) fn unlist<C: Content>(&mut self, piece: &Piece<C>) {
        let map = if piece.is_anchor() { &mut self.anchors } else { &mut self.runs };
        map.remove(piece.listed());
    }

    /// The first chain from a number on that a run is of.
    pub(super) fn next_chain(&self, from: u32) -> Option<u32> {
        self.runs.next_chain(from)
    }

    /// The leaf of the last run on the chain that is listed at `id` or before.
    pub(super) fn listed_up_to(&self, id: Id) -> Option<LeafId> {
        self.runs.last_up_to(id)
    }

    /// The first run on the chain that is listed at `id` or behind: the name it is listed under,
    /// and its leaf.
    pub(super) fn listed_from(&self, id: Id) -> Option<(Id, LeafId)> {
        self.runs.first_from(id)
    }

    /// The leaf of an element's anchor.
    pub(super) fn anchor(&self, id: Id) -> Option<LeafId> {
        let (found, leaf) = self.anchors.first_from(id)?;
        (found == id).then_some(leaf)
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> (usize, usize) {
        (self.runs.len(), self.anchors.len())
    }
}
