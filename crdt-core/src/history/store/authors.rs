//! The authors of changes, and their numbers in this replica.

use crate::crypto::Author;
use crate::history::format::numbers::{AuthorIndex, Full, Numbered};
use crate::sorted::SortedMap;

/// The authors, by number and by key.
#[derive(Clone, Debug, Default)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct Authors {
    all: Numbered<AuthorIndex, Author>,
    numbers: SortedMap<Author, AuthorIndex>,
}

impl Authors {
    /// Gives an author that has none the next number.
    pub(crate) fn push(&mut self, author: Author) -> Result<AuthorIndex, Full> {
        let number = self.all.push(author)?;
        self.numbers.insert(author, number);
        Ok(number)
    }

    /// By their numbers.
    pub(crate) fn as_slice(&self) -> &[Author] {
        self.all.as_slice()
    }

    /// Ascending.
    pub(crate) fn ascending(&self) -> impl Iterator<Item = Author> {
        self.numbers.keys().copied()
    }

    pub(crate) fn count(&self) -> u32 {
        self.all.count()
    }

    pub(crate) fn get(&self, number: AuthorIndex) -> Author {
        self.all[number]
    }

    /// The number of an author, if it has one.
    pub(crate) fn find(&self, author: &Author) -> Option<AuthorIndex> {
        self.numbers.get(author).copied()
    }

    /// The author with a key, which has been checked if it is one of them.
    pub(crate) fn with_key(&self, key: &[u8; 32]) -> Option<Author> {
        self.numbers.get_key_value(key).map(|(author, _)| *author)
    }

    /// Forgets the authors from a number on.
    pub(crate) fn truncate(&mut self, count: u32) {
        while self.all.count() > count {
            if let Some(author) = self.all.pop() {
                self.numbers.remove(&author);
            }
        }
    }
}
