//! A sorted map that takes little memory while it holds little.

use core::borrow::Borrow;

use crate::sorted::{self, SortedMap};

/// The most entries that lie side by side.
const FEW: usize = if cfg!(test) { 2 } else { 8 };

/// The map. A document can have millions of maps and sets with an entry or two, where a tree would
/// make room for eleven.
#[derive(Debug)]
pub(super) enum Entries<K, V> {
    /// Sorted by key.
    Few(Vec<(K, V)>),
    #[allow(clippy::box_collection, reason = "a tree is larger than a vector, and rarely there")]
    Many(Box<SortedMap<K, V>>),
}

impl<K, V> Default for Entries<K, V> {
    fn default() -> Self {
        Self::Few(Vec::new())
    }
}

impl<K: Ord, V> Entries<K, V> {
    /// The value of a key.
    pub(super) fn get<Q: Ord + ?Sized>(&self, key: &Q) -> Option<&V>
    where
        K: Borrow<Q>,
    {
        Some(self.get_key_value(key)?.1)
    }

    /// The key as it is here, and its value.
    pub(super) fn get_key_value<Q: Ord + ?Sized>(&self, key: &Q) -> Option<(&K, &V)>
    where
        K: Borrow<Q>,
    {
        match self {
            Self::Few(few) => {
                let (key, value) = &few[place(few, key).ok()?];
                Some((key, value))
            }
            Self::Many(many) => many.get_key_value(key),
        }
    }

    /// The value of a key, to change it.
    pub(super) fn get_mut<Q: Ord + ?Sized>(&mut self, key: &Q) -> Option<&mut V>
    where
        K: Borrow<Q>,
    {
        match self {
            Self::Few(few) => place(few, key).ok().map(|at| &mut few[at].1),
            Self::Many(many) => many.get_mut(key),
        }
    }

    /// The value of a key, which gets the default one if it has none.
    pub(super) fn get_or_default(&mut self, key: K) -> &mut V
    where
        V: Default,
    {
        if let Self::Few(few) = self
            && few.len() == FEW
            && place(few, &key).is_err()
        {
            // One by one: to collect them would be to sort them, which is much code for each type.
            let mut many = SortedMap::new();
            many.extend(core::mem::take(few));
            *self = Self::Many(Box::new(many));
        }
        match self {
            Self::Few(few) => {
                let at = place(few, &key).unwrap_or_else(|at| {
                    if few.len() == few.capacity() {
                        few.reserve_exact(few.len().max(1));
                    }
                    few.insert(at, (key, V::default()));
                    at
                });
                &mut few[at].1
            }
            Self::Many(many) => many.entry(key).or_default(),
        }
    }
}

impl<K, V> Entries<K, V> {
    /// How many entries there are.
    pub(super) fn len(&self) -> usize {
        match self {
            Self::Few(few) => few.len(),
            Self::Many(many) => many.len(),
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Removes the entries that are not to be kept.
    pub(super) fn retain(&mut self, mut keep: impl FnMut(&K, &mut V) -> bool)
    where
        K: Ord,
    {
        match self {
            Self::Few(few) => few.retain_mut(|(key, value)| keep(key, value)),
            Self::Many(many) => many.retain(keep),
        }
    }

    /// The entries in the order of their keys.
    pub(super) fn iter(&self) -> Iter<'_, K, V> {
        match self {
            Self::Few(few) => Iter::Few(few.iter()),
            Self::Many(many) => Iter::Many(many.iter()),
        }
    }

    /// The entries in the order of their keys, to change the values.
    pub(super) fn iter_mut(&mut self) -> impl Iterator<Item = (&K, &mut V)> {
        let (few, many) = match self {
            Self::Few(few) => (few.as_mut_slice(), None),
            Self::Many(many) => ([].as_mut_slice(), Some(many.iter_mut())),
        };
        let few = few.iter_mut().map(|(key, value)| (&*key, value));
        few.chain(many.into_iter().flatten())
    }
}

/// Where a key is, or would be.
fn place<K: Borrow<Q>, V, Q: Ord + ?Sized>(few: &[(K, V)], key: &Q) -> Result<usize, usize> {
    few.binary_search_by(|(known, _)| known.borrow().cmp(key))
}

/// The entries in the order of their keys, from either end.
pub(super) enum Iter<'a, K, V> {
    Few(core::slice::Iter<'a, (K, V)>),
    Many(sorted::Iter<'a, K, V>),
}

impl<'a, K, V> Iterator for Iter<'a, K, V> {
    type Item = (&'a K, &'a V);

    fn next(&mut self) -> Option<Self::Item> {
        match self {
            Self::Few(few) => few.next().map(|(key, value)| (key, value)),
            Self::Many(many) => many.next(),
        }
    }
}

impl<K, V> DoubleEndedIterator for Iter<'_, K, V> {
    fn next_back(&mut self) -> Option<Self::Item> {
        match self {
            Self::Few(few) => few.next_back().map(|(key, value)| (key, value)),
            Self::Many(many) => many.next_back(),
        }
    }
}

#[cfg(test)]
mod tests {
    use crate::sorted::SortedMap;

    use proptest::prelude::*;

    use super::Entries;

    #[test]
    fn it_is_as_large_as_a_vector() {
        assert_eq!(size_of::<Entries<String, u8>>(), size_of::<Vec<u8>>());
    }

    proptest! {
        #[test]
        fn it_is_a_sorted_map(keys in prop::collection::vec(0u8..6, 0..12)) {
            let (mut entries, mut oracle) = (Entries::default(), SortedMap::new());
            for key in keys {
                *entries.get_or_default(key) += 1;
                *oracle.entry(key).or_insert(0) += 1;
                for other in 0..6 {
                    prop_assert_eq!(entries.get_key_value(&other), oracle.get_key_value(&other));
                    prop_assert_eq!(entries.get_mut(&other), oracle.get_mut(&other));
                }
                prop_assert!(entries.iter().eq(oracle.iter()));
                prop_assert!(entries.iter().rev().eq(oracle.iter().rev()));
                prop_assert!(entries.iter_mut().eq(oracle.iter_mut()));
                prop_assert_eq!(entries.len(), oracle.len());
            }
            entries.retain(|key, count| *key < 4 && *count < 3);
            oracle.retain(|key, count| *key < 4 && *count < 3);
            prop_assert!(entries.iter().eq(oracle.iter()));
        }
    }
}
