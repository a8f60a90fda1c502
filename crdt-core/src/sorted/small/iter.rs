//! Going through a map, from both ends.

use super::map::SortedMap;
use super::tree::{LEFT, NONE, RIGHT, Side, Tree};

/// The places from one to another one, if not none.
#[derive(Clone, Copy)]
pub(super) struct Span {
    pub(super) ends: [u32; 2],
}

impl Span {
    /// Takes the outermost one on a side.
    fn take(&mut self, side: Side, tree: &Tree) -> u32 {
        let place = self.ends[side];
        if self.ends[LEFT] == self.ends[RIGHT] {
            self.ends = [NONE; 2];
        } else {
            self.ends[side] = tree.beside(place, 1 - side);
        }
        place
    }
}

/// Keys of a map, or elements of a set.
pub struct Keys<'m, K, V>(pub(super) Iter<'m, K, V>);

impl<K, V> Clone for Keys<'_, K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<'m, K, V> Iterator for Keys<'m, K, V> {
    type Item = &'m K;

    fn next(&mut self) -> Option<Self::Item> {
        Some(self.0.next()?.0)
    }
}

impl<K, V> DoubleEndedIterator for Keys<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        Some(self.0.next_back()?.0)
    }
}

/// Entries of a map.
pub struct Iter<'m, K, V> {
    pub(super) map: &'m SortedMap<K, V>,
    pub(super) span: Span,
}

impl<K, V> Clone for Iter<'_, K, V> {
    fn clone(&self) -> Self {
        Self { map: self.map, span: self.span }
    }
}

impl<'m, K, V> Iterator for Iter<'m, K, V> {
    type Item = (&'m K, &'m V);

    fn next(&mut self) -> Option<Self::Item> {
        self.map.entry_at(self.span.take(LEFT, &self.map.tree))
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        self.map.entry_at(self.span.take(RIGHT, &self.map.tree))
    }
}
