//! The hashes of all changes, and the way back from a hash to its change.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::OnceLock;

use hashbrown::HashTable;

use super::chains::ChangeIndex;
use crate::crypto::ChangeHash;

/// The hashes of changes by index, and an index by hash that keeps no hash a second time.
///
/// Whoever only writes, or takes in a whole document, never asks for a change by its hash. So the
/// index is made when it is first asked, in O(changes), which is also much faster than one by one.
/// It is randomly seeded, so that nobody can make changes that collide in it, and never iterated:
/// its order is nobody's business.
#[derive(Debug, Default)]
pub(super) struct Hashes {
    all: Vec<ChangeHash>,
    table: OnceLock<HashTable<ChangeIndex>>,
    seed: Seed,
}

/// What places hashes in the table: two random numbers, the second odd.
#[derive(Clone, Copy, Debug)]
struct Seed(u64, u64);

impl Default for Seed {
    fn default() -> Self {
        let random = RandomState::new();
        Self(random.hash_one(0), random.hash_one(1) | 1)
    }
}

impl Seed {
    /// Where a hash belongs. Its first part tells it apart from others as well as all of it does;
    /// both halves of a product with an unknown factor hide which parts collide.
    fn place(self, hash: &ChangeHash) -> u64 {
        let [first, second, third, fourth, fifth, sixth, seventh, eighth, ..] = *hash.as_bytes();
        let part = [first, second, third, fourth, fifth, sixth, seventh, eighth];
        let product = u128::from(u64::from_le_bytes(part) ^ self.0) * u128::from(self.1);
        #[expect(clippy::cast_possible_truncation, reason = "one half and the other")]
        let (low, high) = (product as u64, (product >> 64) as u64);
        low ^ high
    }
}

#[cfg(test)]
impl PartialEq for Hashes {
    fn eq(&self, other: &Self) -> bool {
        let listed = |hashes: &Self| hashes.all.iter().all(|hash| hashes.find(hash).is_some());
        self.all == other.all && listed(self) && listed(other)
    }
}

impl Hashes {
    pub(super) fn len(&self) -> usize {
        self.all.len()
    }

    pub(super) fn get(&self, change: ChangeIndex) -> ChangeHash {
        self.all[change as usize]
    }

    /// Makes room for so many more.
    pub(super) fn reserve(&mut self, more: usize) {
        self.all.reserve(more);
    }

    /// Appends the hash of a change that is not here yet.
    pub(super) fn push(&mut self, hash: ChangeHash, change: ChangeIndex) {
        let Self { all, table, seed } = self;
        all.push(hash);
        if let Some(table) = table.get_mut() {
            let place = |change: &ChangeIndex| seed.place(&all[*change as usize]);
            table.insert_unique(seed.place(&hash), change, place);
        }
    }

    /// Forgets the last one.
    pub(super) fn pop(&mut self) {
        let Some(hash) = self.all.pop() else { return };
        let change = self.all.len();
        if let Some(table) = self.table.get_mut()
            && let Ok(entry) =
                table.find_entry(self.seed.place(&hash), |other| *other as usize == change)
        {
            entry.remove();
        }
    }

    /// The index of a change, if it is here.
    pub(super) fn find(&self, hash: &ChangeHash) -> Option<ChangeIndex> {
        if self.all.is_empty() {
            return None;
        }
        let same = |change: &ChangeIndex| self.all[*change as usize] == *hash;
        let table = self.table.get_or_init(|| self.list());
        table.find(self.seed.place(hash), same).copied()
    }

    fn list(&self) -> HashTable<ChangeIndex> {
        let mut table = HashTable::with_capacity(self.all.len());
        let place = |change: &ChangeIndex| self.seed.place(&self.all[*change as usize]);
        for (change, hash) in (0..).zip(&self.all) {
            table.insert_unique(self.seed.place(hash), change, place);
        }
        table
    }
}
