//! The sequence against slower ways to say the same.

mod covers;
mod directory;
mod exhaustive;
mod gathered;
mod hostile;
mod oracle;
mod replicas;
mod small;
mod swept;
mod text;
mod trees;
mod world;

use super::order::Stamp;
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
        self.check_recent(order);
    }

    /// What is remembered of the last edit must be true.
    fn check_recent(&self, order: &impl OpOrder) {
        let Some(recent) = self.recent() else { return };
        let run = self.tree.get(recent.at);
        let mut before = 0;
        self.tree.before(recent.at, |part| before += part.len);
        assert!(recent.start.is_none_or(|start| start == before));
        if let Some(open) = recent.open {
            assert_eq!(open.pos, before + run.len() as usize);
            assert_eq!(open.id, run.id.plus(run.len()));
            let last = Stamp::of(run.id.plus(run.len() - 1), order);
            let next = self.tree.next(recent.at).map(|next| self.tree.get(next).stamp());
            assert!(next.is_none_or(|next| last.exceeds(next, order)));
        }
    }

    fn check_index(&self) {
        let (mut runs, mut anchors) = (0, 0);
        let index = self.aids.get().and_then(|aids| aids.index.get());
        for (leaf, piece) in self.tree.placed() {
            if piece.is_anchor() {
                anchors += 1;
                assert_eq!(piece.id, piece.listed());
                assert!(index.is_none_or(|index| index.anchor(piece.id) == Some(leaf)));
            } else {
                runs += 1;
                let listed = piece.listed();
                assert!(piece.offset_of(listed).is_some());
                assert!(
                    index.is_none_or(|index| index.listed_from(listed) == Some((listed, leaf)))
                );
            }
        }
        assert!(index.is_none_or(|index| index.len() == (runs, anchors)));
        assert!(self.tree.is_grown() || index.is_none(), "one leaf needs no index");
    }
}

fn check_neighbours<C: Content>(left: &Piece<C>, right: &Piece<C>) {
    let both_deleted = left.is_vacant() && right.is_vacant();
    assert!(!both_deleted || !left.ends_before(right.id), "deleted runs that were not joined");
}
