//! Which changes are not below others.

use crate::crypto::ChangeHash;
use crate::history::format::numbers::ChangeIndex;
use crate::history::store::Store;
use crate::sorted::SortedMap;

/// The changes that are neither among `have` nor below them, ascending.
pub(crate) fn lacking(store: &Store, have: &[ChangeHash]) -> Vec<ChangeIndex> {
    let had: Vec<ChangeIndex> = have.iter().filter_map(|hash| store.index_of(hash)).collect();
    not_below(store, &had)
}

/// The changes that are neither among `had` nor below them, ascending.
///
/// Walks down from the newest change in order of admission, which is topological, and stops
/// as soon as everything left to look at is below `had`.
pub(crate) fn not_below(store: &Store, had: &[ChangeIndex]) -> Vec<ChangeIndex> {
    if had.is_empty() {
        return (0..store.chains.len()).collect();
    }
    let mut queue: SortedMap<ChangeIndex, bool> = SortedMap::new();
    store.head_indexes().for_each(|head| {
        queue.insert(head, false);
    });
    for change in had {
        queue.insert(*change, true);
    }
    let mut wanted = queue.values().filter(|had| !**had).count();
    let mut lacking = Vec::new();
    while wanted > 0 {
        let Some((change, had)) = queue.pop_last() else {
            break;
        };
        if !had {
            wanted -= 1;
            lacking.push(change);
        }
        for below in store.below(change) {
            match queue.insert(below, had) {
                None if !had => wanted += 1,
                Some(false) if had => wanted -= 1,
                Some(true) if !had => {
                    queue.insert(below, true);
                }
                _ => {}
            }
        }
    }
    lacking.reverse();
    lacking
}
