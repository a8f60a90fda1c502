//! The hashes of all changes, and the way back from a hash to its change.

use std::hash::{BuildHasher as _, RandomState};
use std::sync::OnceLock;

use hashbrown::HashTable;

use super::archive::{Archive, UNKNOWN};
use crate::crypto::ChangeHash;
use crate::history::format::growth::make_room;
use crate::history::format::numbers::ChangeIndex;
use crate::sorted::SortedMap;

/// The hashes of changes by index, and an index by hash that keeps no hash a second time.
///
/// Whoever only writes, or takes in a whole document, never asks for a change by its hash. So the
/// index is made when it is first asked, in O(changes), which is also much faster than one by one.
/// It is randomly seeded, so that nobody can make changes that collide in it, and never iterated:
/// its order is nobody's business.
///
/// Of an opened document's changes, the [`Archive`] has the hashes. Unpacking them is as much work
/// as receiving them was, so those that whoever goes on from there will ask for are at hand: the
/// last change of every branch.
#[derive(Clone, Debug, Default)]
pub(crate) struct Hashes {
    archive: Archive,
    tips: Tips,
    /// Of the changes after those in the archive.
    recent: Vec<ChangeHash>,
    /// Of recent changes.
    table: OnceLock<HashTable<ChangeIndex>>,
    /// Of those in the archive.
    archived: OnceLock<HashTable<ChangeIndex>>,
    seed: Seed,
}

/// The hashes at hand of changes in the archive, both ways.
#[derive(Clone, Debug, Default)]
struct Tips {
    hashes: SortedMap<ChangeIndex, ChangeHash>,
    indexes: SortedMap<ChangeHash, ChangeIndex>,
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
        let all =
            |hashes: &Self| -> Vec<_> { (0..hashes.len()).map(|of| hashes.get(of)).collect() };
        let listed =
            |hashes: &Self| (0..hashes.len()).all(|of| hashes.find(&hashes.get(of)) == Some(of));
        all(self) == all(other) && listed(self) && listed(other)
    }
}

impl Hashes {
    /// The hashes of an archive, of which some are at hand.
    pub(crate) fn archived(archive: Archive, at_hand: Vec<(ChangeIndex, ChangeHash)>) -> Self {
        let mut tips = Tips::default();
        for (change, hash) in at_hand {
            tips.hashes.insert(change, hash);
            tips.indexes.insert(hash, change);
        }
        Self { archive, tips, ..Self::default() }
    }

    #[cfg(test)]
    fn len(&self) -> ChangeIndex {
        let recent = u32::try_from(self.recent.len());
        self.archive.len() + recent.expect("no more than are numbered")
    }

    pub(crate) fn get(&self, change: ChangeIndex) -> ChangeHash {
        match change.checked_sub(self.archive.len()) {
            Some(place) => self.recent[place as usize],
            None => self.get_archived(change),
        }
    }

    fn get_archived(&self, change: ChangeIndex) -> ChangeHash {
        let at_hand = self.tips.hashes.get(&change);
        at_hand.copied().unwrap_or_else(|| self.archive.hash(change))
    }

    /// Makes room for so many more.
    pub(crate) fn reserve(&mut self, more: usize) {
        self.recent.reserve(more);
    }

    /// Appends the hash of a change that is not here yet.
    pub(crate) fn push(&mut self, hash: ChangeHash, change: ChangeIndex) {
        let Self { archive, recent, table, seed, .. } = self;
        make_room(recent, 1);
        recent.push(hash);
        if let Some(table) = table.get_mut() {
            let first = archive.len();
            let place = |change: &ChangeIndex| seed.place(&recent[(change - first) as usize]);
            table.insert_unique(seed.place(&hash), change, place);
        }
    }

    /// Forgets the last one.
    pub(crate) fn pop(&mut self, change: ChangeIndex) {
        let Some(hash) = self.recent.pop() else { return };
        if let Some(table) = self.table.get_mut()
            && let Ok(entry) = table.find_entry(self.seed.place(&hash), |other| *other == change)
        {
            entry.remove();
        }
    }

    /// The index of a change, if it is here.
    pub(crate) fn find(&self, hash: &ChangeHash) -> Option<ChangeIndex> {
        self.find_at_hand(hash).or_else(|| self.find_archived(hash))
    }

    /// Whether a change is here, if that can be told without unpacking the archive.
    pub(crate) fn contains_at_hand(&self, hash: &ChangeHash) -> Option<bool> {
        if self.find_at_hand(hash).is_some() {
            return Some(true);
        }
        let is_unpacked = self.archive.len() == 0 || self.archived.get().is_some();
        is_unpacked.then(|| self.find_archived(hash).is_some())
    }

    /// The index of a change that is found without a look into the archive.
    fn find_at_hand(&self, hash: &ChangeHash) -> Option<ChangeIndex> {
        if let Some(tip) = self.tips.indexes.get(hash) {
            return Some(*tip);
        }
        if self.recent.is_empty() {
            return None;
        }
        let first = self.archive.len();
        let hash_of = |change: &ChangeIndex| &self.recent[(change - first) as usize];
        let all = || (first..).zip(&self.recent).map(|(change, _)| change);
        let table = self.table.get_or_init(|| self.list(self.recent.len(), all(), hash_of));
        table.find(self.seed.place(hash), |change| hash_of(change) == hash).copied()
    }

    fn find_archived(&self, hash: &ChangeHash) -> Option<ChangeIndex> {
        if self.archive.len() == 0 {
            return None;
        }
        let table = self.archived.get_or_init(|| {
            let all: Vec<ChangeHash> = self.archive.hashes().collect();
            // What could not be unpacked has no hash.
            let listed = (0..self.archive.len()).filter(|of| all[*of as usize] != UNKNOWN);
            self.list(all.len(), listed, |change| &all[*change as usize])
        });
        let same = |change: &ChangeIndex| self.archive.hash(*change) == *hash;
        table.find(self.seed.place(hash), same).copied()
    }

    fn list<'a>(
        &self,
        count: usize,
        all: impl Iterator<Item = ChangeIndex>,
        hash_of: impl Fn(&ChangeIndex) -> &'a ChangeHash,
    ) -> HashTable<ChangeIndex> {
        let mut table = HashTable::with_capacity(count);
        let place = |change: &ChangeIndex| self.seed.place(hash_of(change));
        for change in all {
            table.insert_unique(place(&change), change, place);
        }
        table
    }
}
