//! Pending: bundles that wait for changes they depend on. Which are dropped when there is no room,
//! and which wake when a change has come, is decided here. A call that fails wakes none.
//!
//! A bundle waits as the bytes it came in: decoded it can be a thousand times as large. It is
//! decoded again when it wakes, which costs once more what taking it in has cost.

use crate::codec::{DecodeError, Reader, write};
use crate::crypto::ChangeHash;
use crate::history::format::waiting::Waiting;
use crate::sorted::{SortedMap, SortedSet};

/// How much may wait. Both limits are of one replica and may differ between replicas.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PendingLimits {
    /// Bytes of memory. 64 MiB by default.
    pub bytes: usize,
    /// Bundles. 65,536 by default.
    pub bundles: usize,
}

impl PendingLimits {
    /// For what is bounded elsewhere.
    pub(crate) const NONE: Self = Self { bytes: usize::MAX, bundles: usize::MAX };
}

impl Default for PendingLimits {
    fn default() -> Self {
        Self { bytes: 1 << 26, bundles: 1 << 16 }
    }
}

/// The buffer. When it is full, the bundles that have waited longest are dropped to make room;
/// sync brings them again if they were genuine.
#[derive(Debug, Default)]
pub(crate) struct Pending {
    limits: PendingLimits,
    bundles: SortedMap<u64, Waiting>,
    /// The waiting bundles, each under the first outside change that it lacks.
    waiting_for: SortedSet<(ChangeHash, u64)>,
    /// Digests of the waiting bundles' bytes, so that none waits twice.
    known: SortedSet<[u8; 32]>,
    memory: usize,
    next: u64,
    /// Whether there is a mark, and what leads back to it, newest last.
    is_marked: bool,
    undo: Vec<Undo>,
}

/// What takes back what was done to the buffer.
#[derive(Debug)]
enum Undo {
    /// The bundle with this number goes.
    Remove(u64),
    /// This one comes back.
    File(u64, Waiting),
}

impl Pending {
    pub(crate) fn new(limits: PendingLimits) -> Self {
        Self { limits, ..Self::default() }
    }

    pub(crate) fn limits(&self) -> PendingLimits {
        self.limits
    }

    pub(crate) fn set_limits(&mut self, limits: PendingLimits) {
        self.limits = limits;
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.bundles.is_empty()
    }

    /// Whether so many bundles that take so much memory could ever wait here together.
    pub(crate) fn holds(&self, (bundles, memory): (usize, usize)) -> bool {
        memory <= self.limits.bytes && bundles <= self.limits.bundles
    }

    /// Whether the bytes of a bundle wait already.
    pub(crate) fn has(&self, waiting: &Waiting) -> bool {
        self.known.contains(&waiting.digest)
    }

    /// Puts a bundle into the buffer unless the same bytes wait already. Returns what was dropped
    /// to make room.
    pub(crate) fn add(&mut self, waiting: Waiting) -> Vec<Waiting> {
        if self.has(&waiting) {
            return Vec::new();
        }
        let dropped = self.make_room(1, waiting.memory());
        self.file(self.next, waiting);
        dropped
    }

    /// Drops what has waited longest until so many more, which take so much memory, are within the
    /// limits. Returns what was dropped.
    pub(super) fn make_room(&mut self, bundles: usize, memory: usize) -> Vec<Waiting> {
        let mut dropped = Vec::new();
        while self.bundles.len() + bundles > self.limits.bundles
            || self.memory + memory > self.limits.bytes
        {
            let Some(oldest) = self.bundles.keys().next().copied() else {
                break;
            };
            dropped.extend(self.remove(oldest));
        }
        dropped
    }

    /// Puts a bundle in the place that its number says.
    fn file(&mut self, number: u64, waiting: Waiting) {
        if self.is_marked {
            self.undo.push(Undo::Remove(number));
        }
        self.next = self.next.max(number + 1);
        self.memory += waiting.memory();
        self.known.insert(waiting.digest);
        self.waiting_for.insert((waiting.missing(), number));
        self.bundles.insert(number, waiting);
    }

    /// Takes out the bundle with a number, if it is here.
    fn remove(&mut self, number: u64) -> Option<Waiting> {
        let waiting = self.bundles.remove(&number)?;
        if self.is_marked {
            self.undo.push(Undo::File(number, waiting.clone()));
        }
        self.memory -= waiting.memory();
        self.known.remove(&waiting.digest);
        self.waiting_for.remove(&(waiting.missing(), number));
        Some(waiting)
    }

    /// Takes out the bundles that are filed under a change, oldest first, with their numbers.
    fn take(&mut self, change: &ChangeHash) -> Vec<(u64, Waiting)> {
        let filed = self.waiting_for.range((*change, 0)..=(*change, u64::MAX));
        let numbers: Vec<u64> = filed.map(|(_, number)| *number).collect();
        let take = |number| Some((number, self.remove(number)?));
        numbers.into_iter().filter_map(take).collect()
    }

    /// Takes out what waited for a change and for nothing else, oldest first, with the numbers.
    /// What lacks more is filed under that: `missing` says which of the changes outside of a bundle
    /// is the first, from one on, that is not here.
    pub(crate) fn wake(
        &mut self,
        change: &ChangeHash,
        missing: impl Fn(&[ChangeHash], usize) -> Option<usize>,
    ) -> Vec<(u64, Waiting)> {
        let mut ready = Vec::new();
        for (number, mut waiting) in self.take(change) {
            match missing(&waiting.outside, waiting.missing) {
                None => ready.push((number, waiting)),
                Some(missing) => {
                    waiting.missing = missing;
                    self.file(number, waiting);
                }
            }
        }
        ready
    }

    /// All that wait, oldest first.
    pub(crate) fn into_waiting(self) -> impl Iterator<Item = Waiting> {
        self.bundles.into_values()
    }

    /// How many bundles wait and how much memory they take.
    pub(crate) fn usage(&self) -> (usize, usize) {
        (self.bundles.len(), self.memory)
    }

    /// The changes that are waited for.
    pub(crate) fn missing(&self) -> Vec<ChangeHash> {
        let mut missing: Vec<ChangeHash> = self.waiting_for.iter().map(|(hash, _)| *hash).collect();
        missing.dedup();
        missing
    }

    /// The bundles that wait as they could have come from elsewhere, oldest first.
    pub(crate) fn framed(&self) -> impl Iterator<Item = &[u8]> {
        self.bundles.values().map(Waiting::framed)
    }

    /// What waits and did not at the mark, oldest first. Costs what was done since.
    pub(crate) fn began(&self) -> impl Iterator<Item = &[u8]> {
        let new = self.touched().into_iter().filter(|(_, before)| before.is_none());
        new.filter_map(|(number, _)| self.bundles.get(&number)).map(Waiting::framed)
    }

    /// What waited at the mark and does not any more. Costs what was done since.
    pub(crate) fn stopped(&self) -> impl Iterator<Item = &[u8]> {
        let before = self.touched().into_values().flatten();
        before.filter(|waiting| !self.known.contains(&waiting.digest)).map(Waiting::framed)
    }

    /// Of each number that something was done with since the mark, what it had then.
    fn touched(&self) -> SortedMap<u64, Option<&Waiting>> {
        let mut touched = SortedMap::new();
        // What takes the first back is what leads to the mark.
        for undo in &self.undo {
            match undo {
                Undo::Remove(number) => touched.entry(*number).or_insert(None),
                Undo::File(number, waiting) => touched.entry(*number).or_insert(Some(waiting)),
            };
        }
        touched
    }

    /// Writes what waits, as it is saved.
    pub(crate) fn write(&self, out: &mut Vec<u8>) {
        write::length(out, self.bundles.len());
        self.bundles.values().for_each(|waiting| waiting.write(out));
    }

    /// Reads what [`write`](Self::write) wrote. The file bounds how much it is, so limits hold from
    /// the next bundle on.
    pub(crate) fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), DecodeError> {
        for _ in 0..reader.count(2)? {
            self.file(self.next, Waiting::read(reader)?);
        }
        Ok(())
    }
}

/// Going back.
impl Pending {
    /// Makes this what to go back to, until the next mark.
    pub(crate) fn mark(&mut self) {
        self.forget_mark();
        self.is_marked = true;
    }

    /// Goes back to the mark. Costs what was done since.
    pub(crate) fn roll_back(&mut self) {
        self.is_marked = false;
        for undo in core::mem::take(&mut self.undo).into_iter().rev() {
            #[cfg(test)]
            crate::steps::count();
            match undo {
                Undo::Remove(number) => drop(self.remove(number)),
                Undo::File(number, waiting) => self.file(number, waiting),
            }
        }
    }

    /// Gives up going back.
    pub(crate) fn forget_mark(&mut self) {
        self.is_marked = false;
        self.undo = Vec::new();
    }
}
