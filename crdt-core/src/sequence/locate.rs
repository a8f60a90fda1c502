//! Finding visible elements by position.

use super::piece::Piece;
use super::{Content, Recent, Sequence, Spot, distance};

/// How many pieces around the run that was edited last are looked at before the tree is searched.
const NEAR: usize = 8;

/// What is farther away is hardly among them.
const FAR: usize = 512;

impl<C: Content> Sequence<C> {
    /// Finds the visible element at a position, and the position of its run.
    pub(super) fn locate(&self, pos: usize) -> Option<(Spot, usize)> {
        self.locate_near(pos).or_else(|| self.locate_anywhere(pos))
    }

    /// [Finds](Self::locate) the visible element at a position to edit there: what was changed
    /// elsewhere is settled first, since it would be next.
    pub(super) fn locate_to_edit(&mut self, pos: usize) -> Option<(Spot, usize)> {
        let near = self.locate_near(pos);
        if near.is_none() {
            self.tree.settle();
        }
        near.or_else(|| self.locate_anywhere(pos))
    }

    /// The visible element at a position, if its run is one of the nearest to the one that was
    /// edited last.
    fn locate_near(&self, pos: usize) -> Option<(Spot, usize)> {
        let Recent { at, start: Some(mut start), .. } = *self.recent()? else { return None };
        if start.abs_diff(pos) > FAR {
            return None;
        }
        let len = |piece: &Piece<C>| piece.content().map_or(0, C::len) as usize;
        let at = if start <= pos {
            let mut ahead = self.tree.ahead(at).take(NEAR);
            ahead.find(|(_, piece)| {
                let end = start + len(piece);
                let found = pos < end;
                start = if found { start } else { end };
                found
            })
        } else {
            let mut back = self.tree.back(at).take(NEAR);
            back.find(|(_, piece)| {
                start -= len(piece);
                start <= pos
            })
        };
        let (at, _) = at?;
        Some((Spot { at, offset: distance(start, pos)? }, start))
    }

    #[inline]
    fn locate_anywhere(&self, pos: usize) -> Option<(Spot, usize)> {
        let mut start = 0;
        let at = self.tree.find(|part| {
            let passes = start + part.len <= pos;
            if passes {
                start += part.len;
            }
            passes
        })?;
        Some((Spot { at, offset: distance(start, pos)? }, start))
    }
}
