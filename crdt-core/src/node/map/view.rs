use core::fmt;
use std::collections::BTreeMap;

use serde::{Serialize, Serializer};

use super::MapState;
use super::state::Present;
use crate::history::Chains;
use crate::node::key::Plain;
use crate::node::{Blame, CrdtNode, MapKey};
use crate::sorted::order;

/// Reads a map. Entries come in the order of their keys, also those of a `HashMap`.
///
/// Whether an entry is present is never in conflict: of concurrent putting and removing, putting
/// wins, and values that are put concurrently under one key merge as any two edits of that node do.
/// What is in conflict is inside, and is asked for there: `map.get("key")` gives the view of the
/// entry's node, and that of a register or enum has `conflicts`.
pub struct MapView<'a, K: MapKey, V: CrdtNode> {
    pub(in crate::node) state: &'a MapState<K, V::State>,
    pub(in crate::node) chains: &'a Chains,
}

impl<'a, K: MapKey, V: CrdtNode> MapView<'a, K, V> {
    /// How many entries there are. O(1).
    pub fn len(&self) -> usize {
        self.state.present
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entry of a key, if it is present. O(log n).
    pub fn get<Q>(&self, key: &Q) -> Option<V::View<'a>>
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let entry = self.state.entries.get(key).filter(|entry| entry.is_present())?;
        Some(V::view(&entry.state, self.chains))
    }

    /// Whether there is an entry of a key. O(log n).
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.get(key).is_some()
    }

    /// Who put the entry of a key, and in which change; `None` if it is absent. It is the highest
    /// put that stands or, of an entry that only a value keeps, the highest set of that. Who wrote
    /// what is inside is asked of its view. O(log n).
    pub fn blame<Q>(&self, key: &Q) -> Option<Blame>
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.state.entries.get(key)?.blame(self.chains)
    }

    /// The entries in the order of their keys, from either end.
    pub fn iter(&self) -> MapIter<'a, K, V> {
        MapIter { entries: self.state.present(), chains: self.chains }
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &'a K> + use<'a, K, V> {
        self.state.present().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = V::View<'a>> + use<'a, K, V> {
        self.iter().map(|(_, value)| value)
    }

    /// The map as a plain value.
    pub fn value(&self) -> BTreeMap<K, V::Value>
    where
        K: Clone,
    {
        let entries = self.state.present();
        order::map_of(entries.map(|(key, item)| (key.clone(), V::value(item, self.chains))))
    }
}

impl<'a, K: MapKey, V: CrdtNode> IntoIterator for MapView<'a, K, V> {
    type Item = (&'a K, V::View<'a>);
    type IntoIter = MapIter<'a, K, V>;

    fn into_iter(self) -> MapIter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K: MapKey, V: CrdtNode> IntoIterator for &MapView<'a, K, V> {
    type Item = (&'a K, V::View<'a>);
    type IntoIter = MapIter<'a, K, V>;

    fn into_iter(self) -> MapIter<'a, K, V> {
        self.iter()
    }
}

/// The entries of a map in the order of their keys; made by [`MapView::iter`].
pub struct MapIter<'a, K: MapKey, V: CrdtNode> {
    entries: Present<'a, K, V::State>,
    chains: &'a Chains,
}

impl<'a, K: MapKey, V: CrdtNode> Iterator for MapIter<'a, K, V> {
    type Item = (&'a K, V::View<'a>);

    fn next(&mut self) -> Option<(&'a K, V::View<'a>)> {
        self.entries.next().map(|(key, state)| (key, V::view(state, self.chains)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl<'a, K: MapKey, V: CrdtNode> DoubleEndedIterator for MapIter<'a, K, V> {
    fn next_back(&mut self) -> Option<(&'a K, V::View<'a>)> {
        self.entries.next_back().map(|(key, state)| (key, V::view(state, self.chains)))
    }
}

impl<K: MapKey, V: CrdtNode> ExactSizeIterator for MapIter<'_, K, V> {}

impl<K: MapKey, V: CrdtNode> fmt::Debug for MapIter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapIter").field("left", &self.len()).finish_non_exhaustive()
    }
}

impl<K: MapKey, V: CrdtNode> Clone for MapView<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: MapKey, V: CrdtNode> Copy for MapView<'_, K, V> {}

impl<'a, K: MapKey + fmt::Debug, V: CrdtNode> fmt::Debug for MapView<'a, K, V>
where
    V::View<'a>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// As a map, in the order of the keys.
impl<K: MapKey, V: CrdtNode> Serialize for MapView<'_, K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (Plain(key), value)))
    }
}
