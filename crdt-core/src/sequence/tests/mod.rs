//! The sequence against slower ways to say the same.

mod exhaustive;
mod hostile;
mod oracle;
mod replicas;
mod small;
mod text;
mod trees;
mod world;

use super::piece::Piece;
use super::{Content, OpOrder, Sequence};

impl<C: Content> Sequence<C> {
    /// Panics unless the tree, the index and the pieces are as they should be.
    fn assert_invariants(&self, order: &impl OpOrder) {
        self.tree.assert_invariants(order);
        self.check_index();
        let pieces: Vec<_> = self.tree.iter().collect();
        for pair in pieces.windows(2) {
            check_neighbours(pair[0], pair[1]);
        }
        for piece in pieces {
            assert_eq!(piece.time, order.time(piece.id));
            assert!(piece.is_anchor() || piece.len() > 0, "an empty run");
        }
        if let Some(recent) = self.recent
            && let Some(start) = recent.start
        {
            let mut before = 0;
            self.tree.before(recent.at, |part| before += part.len);
            assert_eq!(start, before);
        }
    }

    fn check_index(&self) {
        let (mut runs, mut anchors) = (0, 0);
        for (leaf, piece) in self.tree.placed() {
            let indexed = if piece.is_anchor() {
                anchors += 1;
                self.index.leaf_of_anchor(piece.id)
            } else {
                runs += 1;
                self.index.leaf_of(piece.id)
            };
            assert_eq!(indexed, Some(leaf));
        }
        assert_eq!(self.index.len(), (runs, anchors));
    }
}

fn check_neighbours<C: Content>(left: &Piece<C>, right: &Piece<C>) {
    let both_deleted = left.is_deleted() && right.is_deleted();
    assert!(!both_deleted || !left.ends_before(right.id), "deleted runs that were not joined");
}
