//! An entry of a map, whether it is there or not.

use super::map::SortedMap;
use super::tree::Gap;

/// An entry of a map, whether it is there or not.
pub struct Entry<'m, K, V> {
    pub(super) map: &'m mut SortedMap<K, V>,
    pub(super) key: K,
    pub(super) found: Result<u32, Gap>,
}

impl<'m, K, V> Entry<'m, K, V> {
    /// Its value, made if it is not there.
    pub fn or_insert_with(self, make: impl FnOnce() -> V) -> &'m mut V {
        match self.found {
            Ok(place) => &mut self.map.entries[place as usize].1,
            Err(gap) => self.map.insert_at(gap, self.key, make()),
        }
    }

    /// Its value, which is this one if it is not there.
    pub fn or_insert(self, value: V) -> &'m mut V {
        self.or_insert_with(|| value)
    }

    /// Its value, which is the default one if it is not there.
    pub fn or_default(self) -> &'m mut V
    where
        V: Default,
    {
        self.or_insert_with(V::default)
    }
}
