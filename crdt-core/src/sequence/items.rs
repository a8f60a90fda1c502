//! Lists: elements are states of nested nodes.

use core::ops::Range;

use super::Sequence;
use super::content::Content;
use super::piece::Piece;
use crate::btree;
use crate::op::Id;

/// The most elements a run holds.
const CAP: usize = 64;

/// The states of some visible elements.
#[derive(Clone, Debug)]
pub(crate) struct Items<S>(Vec<S>);

impl<S> Items<S> {
    /// The states.
    pub(crate) fn as_slice(&self) -> &[S] {
        &self.0
    }
}

impl<S> Default for Items<S> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<S> Content for Items<S> {
    type Measure = ();
    type Source<'a> = std::vec::IntoIter<S>;
    type Removed = Vec<S>;

    fn len(&self) -> u32 {
        u32::try_from(self.0.len()).expect("runs are short")
    }

    fn measure(&self) {}

    fn split_off(&mut self, at: u32) -> Self {
        let rest = self.0.split_off(at as usize);
        // Neither part is likely to grow.
        self.0.shrink_to_fit();
        Self(rest)
    }

    fn remove(&mut self, range: Range<u32>, kept: Option<&mut Vec<S>>) {
        let gone = self.0.drain(range.start as usize..range.end as usize);
        if let Some(kept) = kept {
            kept.extend(gone);
        }
    }

    fn remove_all(mut self, kept: Option<&mut Vec<S>>) {
        if let Some(kept) = kept {
            kept.append(&mut self.0);
        }
    }

    fn take<'a>(source: &mut Self::Source<'a>, count: u32) -> Self::Source<'a> {
        source.by_ref().take(count as usize).collect::<Vec<S>>().into_iter()
    }

    fn fill(&mut self, source: &mut std::vec::IntoIter<S>) -> (u32, ()) {
        let before = self.len();
        if self.0.is_empty() {
            // An element that comes alone mostly stays alone.
            self.0.reserve_exact(source.len().min(CAP));
        }
        self.0.extend(source.by_ref().take(CAP - self.0.len()));
        (self.len() - before, ())
    }

    fn is_exhausted(source: &std::vec::IntoIter<S>) -> bool {
        source.len() == 0
    }
}

/// The visible elements of a list in order; made by [`Sequence::items`].
pub(crate) struct Iter<'a, S> {
    pieces: btree::Iter<'a, Piece<Items<S>>>,
    /// The name of the next element of `run`.
    next: Id,
    run: core::slice::Iter<'a, S>,
    pieces_back: btree::IterBack<'a, Piece<Items<S>>>,
    /// The name behind the last element of `run_back`.
    end_back: Id,
    /// What is left of the run at the other end.
    run_back: core::slice::Iter<'a, S>,
    /// How many elements neither end has come to. The two ends know of each other by this alone.
    left: usize,
}

impl<'a, S> Iterator for Iter<'a, S> {
    type Item = (Id, &'a S);

    fn next(&mut self) -> Option<(Id, &'a S)> {
        while self.left > 0 {
            if let Some(state) = self.run.next() {
                let id = self.next;
                self.next = id.plus(1);
                self.left -= 1;
                return Some((id, state));
            }
            let piece = self.pieces.next()?;
            if let Some(content) = piece.content() {
                (self.next, self.run) = (piece.first(), content.0.iter());
            }
        }
        None
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<'a, S> DoubleEndedIterator for Iter<'a, S> {
    fn next_back(&mut self) -> Option<(Id, &'a S)> {
        while self.left > 0 {
            if let Some(state) = self.run_back.next_back() {
                self.end_back.counter -= 1;
                self.left -= 1;
                return Some((self.end_back, state));
            }
            let piece = self.pieces_back.next()?;
            if let Some(content) = piece.content() {
                (self.end_back, self.run_back) =
                    (piece.first().plus(piece.len()), content.0.iter());
            }
        }
        None
    }
}

impl<S> ExactSizeIterator for Iter<'_, S> {}

impl<S> Sequence<Items<S>> {
    /// The visible elements in order.
    pub(crate) fn items(&self) -> Iter<'_, S> {
        let none = Id { chain: 0, counter: 0 };
        Iter {
            pieces: self.tree.iter(),
            next: none,
            run: [].iter(),
            pieces_back: self.tree.iter_back(),
            end_back: none,
            run_back: [].iter(),
            left: self.len(),
        }
    }

    /// The state of the visible element at a position.
    pub(crate) fn item_at(&self, pos: usize) -> Option<&S> {
        let (run, offset) = self.get(pos)?;
        run.0.get(offset as usize)
    }

    /// The state of the visible element at a position, to change it.
    pub(crate) fn item_at_mut(&mut self, pos: usize) -> Option<&mut S> {
        let (spot, _) = self.locate(pos)?;
        self.tree.get_mut(spot.at).content_mut()?.0.get_mut(spot.offset as usize)
    }

    /// The state of a visible element.
    pub(crate) fn item(&self, id: Id) -> Option<&S> {
        let (run, offset) = self.by_id(id)?;
        run.0.get(offset as usize)
    }

    /// The state of an element, to change it; also of a deleted one, if all is kept.
    pub(crate) fn item_mut(&mut self, id: Id) -> Option<&mut S> {
        let spot = self.find_element(id)?;
        self.tree.get_mut(spot.at).standing_mut()?.0.get_mut(spot.offset as usize)
    }
}
