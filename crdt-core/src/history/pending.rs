//! Bundles that wait for changes they depend on.

use std::collections::{BTreeMap, BTreeSet};

use super::bundle::Bundle;
use crate::crypto::{ChangeHash, sha256};

/// How much may wait. Both limits are of one replica and may differ between replicas.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct PendingLimits {
    /// Bytes of memory, about. 64 MiB by default.
    pub bytes: usize,
    /// Bundles. 65,536 by default.
    pub bundles: usize,
}

impl Default for PendingLimits {
    fn default() -> Self {
        Self { bytes: 1 << 26, bundles: 1 << 16 }
    }
}

/// The buffer. When it is full, the bundles that have waited longest are dropped to make room;
/// sync brings them again if they were genuine.
#[derive(Debug, Default)]
pub(super) struct Pending {
    limits: PendingLimits,
    bundles: BTreeMap<u64, Waiting>,
    /// Which bundles wait for a change, each under the first outside change that it lacks.
    waiting_for: BTreeMap<ChangeHash, BTreeSet<u64>>,
    /// Digests of the waiting bundles' bytes, so that none waits twice.
    known: BTreeMap<[u8; 32], u64>,
    bytes: usize,
    next: u64,
}

/// A bundle that waits.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) bundle: Bundle,
    digest: [u8; 32],
    /// The place in `bundle.outside` of the change that it is filed under.
    missing: usize,
}

impl Waiting {
    pub(super) fn new(bundle: Bundle, bytes: &[u8], missing: usize) -> Self {
        Self { bundle, digest: sha256(bytes), missing }
    }

    fn missing(&self) -> ChangeHash {
        self.bundle.outside[self.missing]
    }

    pub(super) fn memory(&self) -> usize {
        self.bundle.memory()
    }
}

impl Pending {
    pub(super) fn new(limits: PendingLimits) -> Self {
        Self {
            limits,
            bundles: BTreeMap::new(),
            waiting_for: BTreeMap::new(),
            known: BTreeMap::new(),
            bytes: 0,
            next: 0,
        }
    }

    pub(super) fn limits(&self) -> PendingLimits {
        self.limits
    }

    pub(super) fn set_limits(&mut self, limits: PendingLimits) {
        self.limits = limits;
    }

    pub(super) fn is_empty(&self) -> bool {
        self.bundles.is_empty()
    }

    /// Whether a bundle of this size could ever wait here.
    pub(super) fn holds(&self, memory: usize) -> bool {
        memory <= self.limits.bytes && self.limits.bundles > 0
    }

    /// Puts a bundle into the buffer unless the same bytes wait already. Returns what was dropped
    /// to make room.
    pub(super) fn add(&mut self, waiting: Waiting) -> Vec<Bundle> {
        if self.known.contains_key(&waiting.digest) {
            return Vec::new();
        }
        let mut dropped = Vec::new();
        while self.bundles.len() >= self.limits.bundles
            || self.bytes + waiting.memory() > self.limits.bytes
        {
            let Some(oldest) = self.bundles.keys().next().copied() else {
                break;
            };
            dropped.extend(self.remove(oldest).map(|waiting| waiting.bundle));
        }
        let number = self.next;
        self.next += 1;
        self.known.insert(waiting.digest, number);
        self.file(number, waiting);
        dropped
    }

    fn file(&mut self, number: u64, waiting: Waiting) {
        self.bytes += waiting.memory();
        self.waiting_for.entry(waiting.missing()).or_default().insert(number);
        self.bundles.insert(number, waiting);
    }

    fn remove(&mut self, number: u64) -> Option<Waiting> {
        let waiting = self.bundles.remove(&number)?;
        self.bytes -= waiting.memory();
        self.known.remove(&waiting.digest);
        if let Some(numbers) = self.waiting_for.get_mut(&waiting.missing()) {
            numbers.remove(&number);
            if numbers.is_empty() {
                self.waiting_for.remove(&waiting.missing());
            }
        }
        Some(waiting)
    }

    /// Takes out the bundles that waited for `change` and for nothing else, oldest first. Others
    /// that wait for it are filed under what else they lack, which `first_missing` finds in their
    /// list of outside changes from a place on.
    pub(super) fn ready(
        &mut self,
        change: &ChangeHash,
        first_missing: impl Fn(&[ChangeHash], usize) -> Option<usize>,
    ) -> Vec<Bundle> {
        let numbers = self.waiting_for.get(change).cloned().unwrap_or_default();
        let mut ready = Vec::new();
        for number in numbers {
            let Some(mut waiting) = self.remove(number) else {
                continue;
            };
            match first_missing(&waiting.bundle.outside, waiting.missing) {
                None => ready.push(waiting.bundle),
                Some(missing) => {
                    waiting.missing = missing;
                    self.known.insert(waiting.digest, number);
                    self.file(number, waiting);
                }
            }
        }
        ready
    }

    /// How many bundles wait and how much memory they take, about.
    pub(super) fn usage(&self) -> (usize, usize) {
        (self.bundles.len(), self.bytes)
    }

    /// The changes that are waited for.
    pub(super) fn missing(&self) -> impl Iterator<Item = &ChangeHash> {
        self.waiting_for.keys()
    }
}
