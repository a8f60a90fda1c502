//! Looking things up.

use super::{Content, Sequence, Spot};
use crate::op::{Id, IdRange};

impl<C: Content> Sequence<C> {
    /// The number of visible elements.
    pub(crate) fn len(&self) -> usize {
        self.tree.total().len
    }

    /// Whether there never was an element.
    pub(crate) fn is_blank(&self) -> bool {
        self.tree.is_empty()
    }

    /// Whether this is an element of the sequence, visible or deleted.
    pub(crate) fn contains(&self, id: Id) -> bool {
        self.find_element(id).is_some()
    }

    /// Whether this is an element of the sequence that was deleted.
    #[cfg(test)]
    pub(crate) fn is_deleted(&self, id: Id) -> bool {
        self.find_element(id).is_some_and(|spot| self.tree.get(spot.at).content().is_none())
    }

    /// The position of a visible element.
    pub(crate) fn position(&self, id: Id) -> Option<usize> {
        let spot = self.find_element(id)?;
        self.tree.get(spot.at).content()?;
        Some(self.start_of(spot))
    }

    /// How many visible elements are before an element, and whether it is visible. A deleted one
    /// is where it was inserted: how far it had been moved is not known to who deletes first.
    pub(crate) fn place_of(&self, id: Id) -> Option<(usize, bool)> {
        let spot = self.find_element(id)?;
        if self.tree.get(spot.at).content().is_some() {
            return Some((self.start_of(spot), true));
        }
        Some((self.start_of(self.find(id)?), false))
    }

    /// How many visible elements are before a place.
    pub(super) fn start_of(&self, Spot { at, offset }: Spot) -> usize {
        let inside = if self.tree.get(at).content().is_some() { offset as usize } else { 0 };
        let mut pos = inside;
        self.tree.before(at, |part| pos += part.len);
        pos
    }

    /// The name of the visible element at a position.
    pub(crate) fn id_at(&self, pos: usize) -> Option<Id> {
        let (Spot { at, offset }, _) = self.locate(pos)?;
        Some(self.tree.get(at).first().plus(offset))
    }

    /// The run that holds the visible element at a position, and how far into it.
    pub(crate) fn get(&self, pos: usize) -> Option<(&C, u32)> {
        let (Spot { at, offset }, _) = self.locate(pos)?;
        Some((self.tree.get(at).content()?, offset))
    }

    /// The run that holds a visible element, and how far into it.
    pub(crate) fn by_id(&self, id: Id) -> Option<(&C, u32)> {
        let Spot { at, offset } = self.find_element(id)?;
        Some((self.tree.get(at).content()?, offset))
    }

    /// The visible runs in order: the name of the first element, and the content.
    pub(crate) fn chunks(&self) -> impl Iterator<Item = (Id, &C)> {
        self.tree.iter().filter_map(|run| Some((run.first(), run.content()?)))
    }

    /// All places in list order, and whether nothing visible stands there. How they are cut into
    /// ranges says nothing about the sequence: it depends on the order in which things happened here.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (IdRange, bool)> {
        let runs = self.tree.iter().filter(|piece| !piece.is_anchor());
        runs.map(|run| (IdRange::new(run.id, run.len()), run.content().is_none()))
    }

    /// All elements in list order, in [ranges](Self::runs) with what they are, unless they were
    /// deleted: the visible ones where they stand, the others where they were inserted.
    pub(crate) fn contents(&self) -> impl Iterator<Item = (IdRange, Option<&C>)> {
        self.tree.iter().flat_map(|piece| {
            let names = IdRange::new(piece.first(), piece.len());
            let ranges = match piece.content() {
                Some(_) => vec![names],
                None if piece.is_anchor() || piece.moved_here().is_some() => Vec::new(),
                None => self.stands().map_or_else(|| vec![names], |stands| stands.without(names)),
            };
            ranges.into_iter().map(|names| (names, piece.content()))
        })
    }
}
