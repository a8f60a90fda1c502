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

#[cfg(test)]
mod tests {
    use crdt_core::{Document, Json, Keypair};

    use super::*;

    /// Who edits an element of another author names one of that author's changes, also where an
    /// own change has seen it long since.
    #[test]
    fn what_is_seen_through_another_parent_is_no_parent() {
        let key = |secret| Keypair::from_secret_bytes(&[secret; 32]);
        let mut mine = Document::<Json>::create(key(1)).expect("the system has randomness");
        mine.change(|json| json.push("/list", 0).map(drop)).expect("it fits");
        let mut yours = mine.fork(key(2)).expect("it is another key");
        for value in 1..3 {
            yours.change(|json| json.set("/list/0", value)).expect("it fits");
        }
        mine.change(|json| json.set("/mine", 1)).expect("it fits");
        mine.merge(&mut yours).expect("they are of one document");
        mine.change(|json| json.set("/list/0", 3)).expect("it fits");

        let history = mine.history();
        let changes: Vec<_> = history.changes().collect();
        let dag = Dag::new(&changes);
        let order = dag.descending(history, &changes);
        let [merge, second, first, _, begin] = order[..] else { panic!("{order:?}") };
        assert_eq!((dag.below[second].len(), dag.parents(second)), (2, vec![first]));
        assert_eq!(dag.parents(first), [begin]);
        assert_eq!(dag.parents(merge).len(), 2, "both sides are");
        assert!(dag.parents(begin).is_empty());
    }
}
