//! From the name of an element to the leaf it lies in.

use super::content::Content;
use super::directory::Directory;
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
    runs: Directory,
    anchors: Directory,
    /// By number.
    places: Vec<Place>,
    free: Vec<u32>,
}

/// Where a piece is to be found.
#[derive(Clone, Copy, Debug)]
struct Place {
    /// In the tree.
    leaf: LeafId,
    /// In the list of runs or anchors: a counter on the chain of the piece.
    listed: u32,
}

impl Index {
    /// Lists a piece under its `id` and gives it its number.
    pub(super) fn list<C: Content>(&mut self, piece: &mut Piece<C>) {
        let place = Place { leaf: LeafId::MAX, listed: piece.id.counter };
        piece.number = if let Some(number) = self.free.pop() {
            self.places[number as usize] = place;
            number
        } else {
            if self.places.len() == self.places.capacity() {
                // Doubling would leave half of it unused.
                self.places.reserve_exact(self.places.len() / 8 + 8);
            }
            self.places.push(place);
            u32::try_from(self.places.len() - 1).expect("memory ends before the numbers do")
        };
        let map = if piece.is_anchor() { &mut self.anchors } else { &mut self.runs };
        map.set(piece.id, piece.number);
    }

    /// The first chain from a number on that a run is of.
    pub(super) fn next_chain(&self, from: u32) -> Option<u32> {
        self.runs.next_chain(from)
    }

    /// The element that a run is listed under.
    #[inline]
    pub(super) fn listed<C: Content>(&self, run: &Piece<C>) -> Id {
        Id { chain: run.id.chain, counter: self.places[run.number as usize].listed }
    }

    /// Lists a run under another of its elements.
    pub(super) fn relist<C: Content>(&mut self, run: &Piece<C>, under: Id) {
        let listed = self.listed(run);
        self.runs.remove(listed);
        self.runs.set(under, run.number);
        self.places[run.number as usize].listed = under.counter;
    }

    /// Takes a run from the list.
    pub(super) fn unlist<C: Content>(&mut self, run: &Piece<C>) {
        let listed = self.listed(run);
        self.runs.remove(listed);
        self.free.push(run.number);
    }

    /// Notes where a piece lies now.
    pub(super) fn place<C: Content>(&mut self, piece: &Piece<C>, leaf: LeafId) {
        self.places[piece.number as usize].leaf = leaf;
    }

    /// The last run on the chain that is listed at `id` or before: its leaf and number.
    pub(super) fn listed_up_to(&self, id: Id) -> Option<(LeafId, u32)> {
        let number = self.runs.last_up_to(id)?;
        Some((self.leaf(number), number))
    }

    /// The first run on the chain that is listed at `id` or behind: its leaf and number.
    pub(super) fn listed_from(&self, id: Id) -> Option<(LeafId, u32)> {
        let (_, number) = self.runs.first_from(id)?;
        Some((self.leaf(number), number))
    }

    /// The anchor of an element: its leaf and number.
    pub(super) fn anchor(&self, id: Id) -> Option<(LeafId, u32)> {
        let (found, number) = self.anchors.first_from(id)?;
        (found == id).then(|| (self.leaf(number), number))
    }

    fn leaf(&self, number: u32) -> LeafId {
        self.places[number as usize].leaf
    }

    #[cfg(test)]
    pub(super) fn len(&self) -> (usize, usize) {
        assert_eq!(self.places.len(), self.runs.len() + self.anchors.len() + self.free.len());
        (self.runs.len(), self.anchors.len())
    }
}
