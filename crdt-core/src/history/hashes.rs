//! The hashes of all changes, and the way back from a hash to its change.

use std::hash::{BuildHasher, RandomState};

use hashbrown::HashTable;

use super::chains::ChangeIndex;
use crate::crypto::ChangeHash;

/// The hashes of changes by index, and an index by hash that keeps no hash a second time.
///
/// The table is randomly seeded, so that nobody can make changes that collide in it, and never
/// iterated: its order is nobody's business.
#[derive(Debug, Default)]
pub(super) struct Hashes {
    hashes: Vec<ChangeHash>,
    table: HashTable<ChangeIndex>,
    seed: RandomState,
}

#[cfg(test)]
impl PartialEq for Hashes {
    fn eq(&self, other: &Self) -> bool {
        self.hashes == other.hashes && self.table.len() == other.table.len()
    }
}

impl Hashes {
    pub(super) fn len(&self) -> usize {
        self.hashes.len()
    }

    pub(super) fn get(&self, change: ChangeIndex) -> ChangeHash {
        self.hashes[change as usize]
    }

    /// Makes room for so many more.
    pub(super) fn reserve(&mut self, more: usize) {
        let Self { hashes, table, seed } = self;
        hashes.reserve(more);
        table.reserve(more, |change| digest(seed, &hashes[*change as usize]));
    }

    /// Appends the hash of a change that is not here yet.
    pub(super) fn push(&mut self, hash: ChangeHash, change: ChangeIndex) {
        let Self { hashes, table, seed } = self;
        hashes.push(hash);
        table.insert_unique(digest(seed, &hash), change, |change| {
            digest(seed, &hashes[*change as usize])
        });
    }

    /// Forgets the last one.
    pub(super) fn pop(&mut self) {
        if let Some(hash) = self.hashes.pop() {
            let change = self.hashes.len();
            let found =
                self.table.find_entry(digest(&self.seed, &hash), |other| *other as usize == change);
            if let Ok(entry) = found {
                entry.remove();
            }
        }
    }

    /// The index of a change, if it is here.
    pub(super) fn find(&self, hash: &ChangeHash) -> Option<ChangeIndex> {
        let same = |change: &ChangeIndex| self.hashes[*change as usize] == *hash;
        self.table.find(digest(&self.seed, hash), same).copied()
    }
}

/// A part of a hash tells it apart from others as well as all of it does.
fn digest(seed: &RandomState, hash: &ChangeHash) -> u64 {
    let [first, second, third, fourth, fifth, sixth, seventh, eighth, ..] = *hash.as_bytes();
    seed.hash_one([first, second, third, fourth, fifth, sixth, seventh, eighth])
}
