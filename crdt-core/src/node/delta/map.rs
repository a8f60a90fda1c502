use core::fmt;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::{DeltaError, EntryDelta, entry_delta, touched_entry};
use crate::history::Chains;
use crate::node::key::Plain;
use crate::node::watch::Touched;
use crate::node::{CrdtNode, MapKey};
use crate::sorted::order;

/// What changed in a map: of every key whose entry changed, what became of it.
pub struct MapDelta<K, V: CrdtNode>(pub BTreeMap<K, EntryDelta<V>>);

/// The delta of entries that come in the order of their keys; given what states read as, and the
/// delta of two.
pub(in crate::node) fn map_delta<K: Ord, S, V: CrdtNode>(
    before: impl Iterator<Item = (K, S)>,
    after: impl Iterator<Item = (K, S)>,
    value: impl Fn(S) -> V::Value,
    delta: impl Fn(S, S) -> Option<V::Delta>,
) -> Option<MapDelta<K, V>> {
    let mut entries = BTreeMap::new();
    join(before, after, |key, before, after| {
        if let Some(entry) = entry_delta::<S, S, V>(before, after, &value, &delta) {
            entries.insert(key, entry);
        }
    });
    (!entries.is_empty()).then_some(MapDelta(entries))
}

/// The delta of a map of which it is known what has changed, given what is present under a key now.
pub(in crate::node) fn touched_map<'s, K: MapKey, V: CrdtNode>(
    touched: &Touched<'_>,
    present: impl Fn(&K) -> Option<&'s V::State>,
    chains: &Chains,
) -> Option<MapDelta<K, V>> {
    let entries = touched.entries().filter_map(|(key, touched)| {
        let key = K::from_key(key)?;
        let entry = touched_entry::<V>(touched, present(&key), chains)?;
        Some((key, entry))
    });
    let entries: BTreeMap<_, _> = order::map_of(entries);
    (!entries.is_empty()).then_some(MapDelta(entries))
}

/// Calls `each` with every key of two lists of entries in the order of their keys, and what each
/// list has under it.
pub(super) fn join<K: Ord, S>(
    before: impl Iterator<Item = (K, S)>,
    after: impl Iterator<Item = (K, S)>,
    mut each: impl FnMut(K, Option<S>, Option<S>),
) {
    let mut after = after.peekable();
    for (key, old) in before {
        while let Some((new_key, new)) = after.next_if(|(other, _)| *other < key) {
            each(new_key, None, Some(new));
        }
        let new = after.next_if(|(other, _)| *other == key).map(|(_, new)| new);
        each(key, Some(old), new);
    }
    after.for_each(|(key, new)| each(key, None, Some(new)));
}

impl<K: Ord, V: CrdtNode> MapDelta<K, V> {
    /// Changes entries, given how the entry of a key is taken out and put in.
    ///
    /// # Errors
    /// The first of what the entries meet. The others have been changed then.
    pub(in crate::node) fn apply_to<M>(
        &self,
        map: &mut M,
        take: impl Fn(&mut M, &K) -> Option<V::Value>,
        put: impl Fn(&mut M, &K, V::Value),
    ) -> Result<(), DeltaError> {
        let mut met = Ok(());
        for (key, delta) in &self.0 {
            let mut entry = take(map, key);
            met = met.and(delta.apply(&mut entry));
            if let Some(value) = entry {
                put(map, key, value);
            }
        }
        met
    }

    /// Makes the map before the map after.
    ///
    /// # Errors
    /// [`DeltaError`] if it is another map than the one before, which has been changed in part
    /// then.
    pub fn apply(&self, map: &mut BTreeMap<K, V::Value>) -> Result<(), DeltaError>
    where
        K: Clone,
    {
        self.apply_to(map, BTreeMap::remove, |map, key, value| {
            map.insert(key.clone(), value);
        })
    }
}

impl<K: Clone, V: CrdtNode> Clone for MapDelta<K, V> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<K: PartialEq, V: CrdtNode> PartialEq for MapDelta<K, V> {
    fn eq(&self, other: &Self) -> bool {
        self.0 == other.0
    }
}

impl<K: MapKey, V: CrdtNode> fmt::Debug for MapDelta<K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.0.iter().map(|(key, entry)| (Plain(key), entry))).finish()
    }
}

/// As a map of the entries that changed.
impl<K: MapKey, V: CrdtNode> Serialize for MapDelta<K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, entry)| (Plain(key), entry)))
    }
}
