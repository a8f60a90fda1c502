//! How many canonical bytes there are, and whose.

use crate::history::format::numbers::{AuthorIndex, Full, Numbered};

/// The canonical bytes of all changes, and of those of each author.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sizes {
    all: u64,
    by_author: Numbered<AuthorIndex, u64>,
}

impl Sizes {
    /// Begins to count for the next author.
    pub(crate) fn open(&mut self) -> Result<(), Full> {
        self.by_author.push(0).map(|_| ())
    }

    /// Counts changes of an author that were appended.
    pub(crate) fn add(&mut self, author: AuthorIndex, bytes: u64) {
        self.by_author[author] += bytes;
        self.all += bytes;
    }

    /// Takes back what was counted for a change that is forgotten.
    pub(crate) fn take_back(&mut self, author: AuthorIndex, bytes: u64) {
        self.by_author[author] -= bytes;
        self.all -= bytes;
    }

    /// Forgets the authors from a number on, of whom there are no changes.
    pub(crate) fn truncate(&mut self, authors: u32) {
        self.by_author.truncate(authors);
    }

    pub(crate) fn all(&self) -> u64 {
        self.all
    }

    /// Of an author's changes.
    pub(crate) fn of(&self, author: AuthorIndex) -> u64 {
        self.by_author[author]
    }

    /// Of each author's changes.
    pub(crate) fn by_author(&self) -> &[u64] {
        self.by_author.as_slice()
    }
}
