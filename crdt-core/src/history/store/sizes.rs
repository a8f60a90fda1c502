//! How many canonical bytes there are, and whose.

use crate::crypto::Author;
use crate::history::format::bundle::canonical_size;
use crate::history::store::History;
use crate::history::store::chains::ChangeIndex;

/// The canonical bytes of all changes, and of those of each author by its number.
#[derive(Debug, Default)]
pub(crate) struct Sizes {
    all: u64,
    by_author: Vec<u64>,
}

impl Sizes {
    /// Counts changes of an author that were appended.
    pub(crate) fn add(&mut self, author: u32, bytes: u64) {
        let place = author as usize;
        if place >= self.by_author.len() {
            self.by_author.resize(place + 1, 0);
        }
        self.by_author[place] = self.by_author[place].saturating_add(bytes);
        self.all = self.all.saturating_add(bytes);
    }

    /// Takes back what was counted for a change that is forgotten.
    pub(crate) fn take_back(&mut self, author: u32, bytes: u64) {
        if let Some(counted) = self.by_author.get_mut(author as usize) {
            *counted = counted.saturating_sub(bytes);
        }
        self.all = self.all.saturating_sub(bytes);
    }

    pub(crate) fn all(&self) -> u64 {
        self.all
    }

    /// Of an author's changes.
    pub(crate) fn of(&self, author: u32) -> u64 {
        self.by_author.get(author as usize).copied().unwrap_or(0)
    }
}

impl History {
    /// Canonical bytes of all changes, as the limits of a bundle count them. Memory, work and what is
    /// saved grow with them, so they are what to bound. O(1).
    pub fn bytes(&self) -> u64 {
        self.sizes.all()
    }

    /// Canonical bytes of the changes of an author, 0 if there are none. O(log authors).
    pub fn bytes_by(&self, author: &Author) -> u64 {
        self.known_author(author).map_or(0, |number| self.sizes.of(number))
    }

    /// The canonical bytes of a change.
    pub(crate) fn bytes_of(&self, change: ChangeIndex) -> usize {
        canonical_size(self.below(change).count(), self.tags(change), self.body(change))
    }
}
