//! The changes of a document as a graph, and drawing it.

mod lanes;

use std::collections::{BinaryHeap, HashMap};

use crdt_core::{Change, ChangeHash, History};

pub(crate) use lanes::Lanes;

/// The changes of a document in the order in which they came, each with the places of those it
/// depends on directly, which lie before it.
pub(crate) struct Dag {
    below: Vec<Vec<usize>>,
}

impl Dag {
    /// O(changes).
    pub(crate) fn new(changes: &[Change<'_>]) -> Self {
        let hashes = changes.iter().enumerate().map(|(place, change)| (change.hash(), place));
        let places: HashMap<ChangeHash, usize> = hashes.collect();
        let below = changes.iter().map(|change| {
            let below = change.previous().into_iter().chain(change.dependencies());
            below.filter_map(|below| places.get(&below).copied()).collect()
        });
        Self { below: below.collect() }
    }

    /// What a change depends on directly, without what the others of these depend on.
    pub(crate) fn parents(&self, change: usize) -> Vec<usize> {
        let parents = &self.below[change];
        let Some(lowest) = parents.iter().min().filter(|_| parents.len() > 1) else {
            return parents.clone();
        };
        // From above to below, each once, no further than the lowest of them.
        let mut heap = BinaryHeap::new();
        let mut reached = Vec::new();
        let within = |heap: &mut BinaryHeap<usize>, change: usize| {
            heap.extend(self.below[change].iter().filter(|below| *below >= lowest));
        };
        for parent in parents {
            within(&mut heap, *parent);
        }
        while let Some(change) = heap.pop() {
            if reached.last() != Some(&change) {
                within(&mut heap, change);
                reached.push(change);
            }
        }
        // Descending, as they came from the heap.
        let is_alone =
            |parent: &&usize| reached.binary_search_by(|other| parent.cmp(&other)).is_err();
        parents.iter().filter(is_alone).copied().collect()
    }

    /// The changes from above to below, each before all it depends on, with those that follow on
    /// each other side by side as far as that goes.
    pub(crate) fn descending(&self, history: &History, changes: &[Change<'_>]) -> Vec<usize> {
        let mut above = vec![0_usize; changes.len()];
        self.below.iter().flatten().for_each(|below| above[*below] += 1);
        let rank = |place: &usize| (changes[*place].time(), changes[*place].hash());
        let heads = history.heads();
        let mut open: Vec<usize> =
            (0..changes.len()).filter(|place| heads.contains(&changes[*place].hash())).collect();
        open.sort_by_key(rank);
        let mut order = Vec::with_capacity(changes.len());
        while let Some(place) = open.pop() {
            order.push(place);
            let mut freed = Vec::new();
            for below in &self.below[place] {
                above[*below] -= 1;
                if above[*below] == 0 {
                    freed.push(*below);
                }
            }
            freed.sort_by_key(rank);
            open.extend(freed);
        }
        order
    }
}
