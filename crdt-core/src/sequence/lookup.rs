//! Finding elements by name.
//!
//! A sequence of one leaf is looked through. A larger one has an index, made when a name is first
//! asked for: who only edits never asks.

use super::index::Index;
use super::{Content, Sequence, Spot};
use crate::btree::{Cursor, LeafId};
use crate::op::Id;

impl<C: Content> Sequence<C> {
    /// Finds an element where it stands, visible or deleted.
    pub(super) fn find_element(&self, id: Id) -> Option<Spot> {
        let place = self.stands().and_then(|stands| stands.place_of(id)).unwrap_or(id);
        let spot = self.find(place)?;
        // The name of a place that a move made is none of an element.
        let is_place = place == id && self.tree.get(spot.at).moved_here().is_some();
        (!is_place).then_some(spot)
    }

    /// Finds a place.
    pub(super) fn find(&self, id: Id) -> Option<Spot> {
        if let Some(recent) = self.recent()
            && let Some(offset) = self.tree.get(recent.at).offset_of(id)
        {
            return Some(Spot { at: recent.at, offset });
        }
        let Some(index) = self.index() else {
            return self.find_in(LeafId::MIN, id);
        };
        let before = index.listed_up_to(id).and_then(|leaf| self.find_in(leaf, id));
        before.or_else(|| self.find_in(index.listed_from(id)?.1, id))
    }

    fn find_in(&self, leaf: LeafId, id: Id) -> Option<Spot> {
        let at = self.tree.find_in_leaf(leaf, |piece| piece.offset_of(id).is_some())?;
        Some(Spot { at, offset: self.tree.get(at).offset_of(id)? })
    }

    /// The first run on a chain whose elements are all behind `id`, which no run holds.
    pub(super) fn find_behind(&self, id: Id) -> Option<Cursor> {
        let name = if let Some(index) = self.index() {
            index.listed_from(id)?.0
        } else {
            let names = self.tree.iter().filter(|piece| !piece.is_anchor()).map(|run| run.id);
            names.filter(|name| name.chain == id.chain && *name > id).min()?
        };
        self.find(name).map(|spot| spot.at)
    }

    /// The anchor of an element, if it has one.
    pub(super) fn find_anchor(&self, id: Id) -> Option<Cursor> {
        let leaf = match self.index() {
            Some(index) => index.anchor(id)?,
            None => LeafId::MIN,
        };
        self.tree.find_in_leaf(leaf, |piece| piece.is_anchor() && piece.id == id)
    }

    /// The first chain from a number on of which there are elements, deleted ones included.
    pub(crate) fn next_chain(&self, from: u32) -> Option<u32> {
        if let Some(index) = self.index() {
            return index.next_chain(from);
        }
        let runs = self.tree.iter().filter(|piece| !piece.is_anchor());
        runs.map(|run| run.id.chain).filter(|chain| *chain >= from).min()
    }

    /// The index, made if there is none; nothing for a sequence of one leaf.
    fn index(&self) -> Option<&Index> {
        let make = || Index::of(self.tree.placed());
        self.tree.is_grown().then(|| self.aids().index.get_or_init(make))
    }
}
