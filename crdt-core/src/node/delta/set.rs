use core::fmt;
use std::collections::BTreeSet;

use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};

use super::DeltaError;
use super::map::join;
use crate::node::MapKey;
use crate::node::key::Plain;

/// What changed in a set.
#[derive(Clone, PartialEq)]
pub struct SetDelta<K> {
    /// What is in it now and was not before.
    pub inserted: BTreeSet<K>,
    /// What was in it before and is not now.
    pub removed: BTreeSet<K>,
}

/// The delta of elements that come in order.
pub(in crate::node) fn set_delta<'s, K: Ord + Clone + 's>(
    before: impl Iterator<Item = &'s K>,
    after: impl Iterator<Item = &'s K>,
) -> Option<SetDelta<K>> {
    let mut delta = SetDelta { inserted: BTreeSet::new(), removed: BTreeSet::new() };
    join(before.map(|key| (key, ())), after.map(|key| (key, ())), |key, before, after| {
        match (before, after) {
            (None, Some(())) => delta.inserted.insert(key.clone()),
            (Some(()), None) => delta.removed.insert(key.clone()),
            _ => false,
        };
    });
    (!delta.inserted.is_empty() || !delta.removed.is_empty()).then_some(delta)
}

impl<K: Ord + Clone> SetDelta<K> {
    /// Changes a set, given how an element is put in and taken out, each of which says whether that
    /// changed anything.
    pub(in crate::node) fn apply_to<S>(
        &self,
        set: &mut S,
        insert: impl Fn(&mut S, K) -> bool,
        remove: impl Fn(&mut S, &K) -> bool,
    ) -> Result<(), DeltaError> {
        let mut met = Ok(());
        for key in &self.removed {
            if !remove(set, key) {
                met = met.and(Err(DeltaError::Absent));
            }
        }
        for key in &self.inserted {
            if !insert(set, key.clone()) {
                met = met.and(Err(DeltaError::Present));
            }
        }
        met
    }

    /// Makes the set before the set after.
    ///
    /// # Errors
    /// [`DeltaError`] if it is another set than the one before, which has been changed then.
    pub fn apply(&self, set: &mut BTreeSet<K>) -> Result<(), DeltaError> {
        self.apply_to(set, BTreeSet::insert, BTreeSet::remove)
    }
}

impl<K: MapKey> fmt::Debug for SetDelta<K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetDelta")
            .field("inserted", &Keys(&self.inserted))
            .field("removed", &Keys(&self.removed))
            .finish()
    }
}

/// As a map of what is not empty: `inserted` and `removed`.
impl<K: MapKey> Serialize for SetDelta<K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let parts = [("inserted", &self.inserted), ("removed", &self.removed)];
        let parts = parts.into_iter().filter(|(_, keys)| !keys.is_empty());
        let mut map = serializer.serialize_map(Some(parts.clone().count()))?;
        for (name, keys) in parts {
            map.serialize_entry(name, &Keys(keys))?;
        }
        map.end()
    }
}

struct Keys<'k, K>(&'k BTreeSet<K>);

impl<K: MapKey> Serialize for Keys<'_, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(Plain))
    }
}

impl<K: MapKey> fmt::Debug for Keys<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.iter().map(Plain)).finish()
    }
}
