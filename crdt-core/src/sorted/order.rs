//! Sorting, and maps of what is there already, where neither is what time goes into.
//!
//! The standard library has a sort that is fast for everything, and costs 3 KB of code for every type
//! and comparison; a map that is collected sorts too. In a browser each of them is downloaded, and
//! together they were a tenth of it. So there it is one sort for all types, which is told of its
//! elements by their places. What is sorted often or at length has the standard library's.

use core::cmp::Ordering;
#[cfg(not(target_family = "wasm"))]
use core::iter::FromIterator;
use std::collections::{BTreeMap, BTreeSet};

/// Sorts without keeping what compares as equal in its order.
pub fn sort_by<T>(items: &mut [T], compare: impl FnMut(&T, &T) -> Ordering) {
    #[cfg(not(target_family = "wasm"))]
    items.sort_unstable_by(compare);
    #[cfg(target_family = "wasm")]
    small::sort(&mut small::Items { items, compare });
}

/// Sorts by the order of the elements.
pub fn sort<T: Ord>(items: &mut [T]) {
    sort_by(items, T::cmp);
}

/// Sorts by the order of a key that every element has.
pub fn sort_by_key<T, K: Ord>(items: &mut [T], key: impl Fn(&T) -> K) {
    sort_by(items, |a, b| key(a).cmp(&key(b)));
}

/// As `collect` does: of equal keys the last one counts.
pub(crate) fn map_of<K: Ord, V>(entries: impl IntoIterator<Item = (K, V)>) -> BTreeMap<K, V> {
    #[cfg(not(target_family = "wasm"))]
    return BTreeMap::from_iter(entries);
    #[cfg(target_family = "wasm")]
    {
        let mut map = BTreeMap::new();
        map.extend(entries);
        map
    }
}

pub(crate) fn set_of<K: Ord>(keys: impl IntoIterator<Item = K>) -> BTreeSet<K> {
    #[cfg(not(target_family = "wasm"))]
    return BTreeSet::from_iter(keys);
    #[cfg(target_family = "wasm")]
    {
        let mut set = BTreeSet::new();
        set.extend(keys);
        set
    }
}

/// One sort for all types. It is tested everywhere.
#[cfg(any(target_family = "wasm", test))]
mod small {
    use core::cmp::Ordering;

    /// What is sorted, by places.
    pub(super) trait Places {
        fn len(&self) -> usize;
        fn is_less(&mut self, a: usize, b: usize) -> bool;
        fn swap(&mut self, a: usize, b: usize);
    }

    pub(super) struct Items<'a, T, C> {
        pub(super) items: &'a mut [T],
        pub(super) compare: C,
    }

    impl<T, C: FnMut(&T, &T) -> Ordering> Places for Items<'_, T, C> {
        fn len(&self) -> usize {
            self.items.len()
        }

        fn is_less(&mut self, a: usize, b: usize) -> bool {
            (self.compare)(&self.items[a], &self.items[b]).is_lt()
        }

        fn swap(&mut self, a: usize, b: usize) {
            self.items.swap(a, b);
        }
    }

    /// Heapsort, which takes no longer than n log n whatever comes.
    pub(super) fn sort(places: &mut dyn Places) {
        let length = places.len();
        if (1..length).all(|place| !places.is_less(place, place - 1)) {
            return;
        }
        for root in (0..length / 2).rev() {
            sift(places, root, length);
        }
        for end in (1..length).rev() {
            places.swap(0, end);
            sift(places, 0, end);
        }
    }

    /// Lets an element sink below those that are greater.
    fn sift(places: &mut dyn Places, mut root: usize, end: usize) {
        loop {
            let mut child = 2 * root + 1;
            if child >= end {
                return;
            }
            if child + 1 < end && places.is_less(child, child + 1) {
                child += 1;
            }
            if !places.is_less(root, child) {
                return;
            }
            places.swap(root, child);
            root = child;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn one_sort_for_all_types_sorts(items: Vec<u16>) {
            let mut sorted = items.clone();
            sorted.sort_unstable();
            let mut small = items.clone();
            small::sort(&mut small::Items { items: &mut small, compare: u16::cmp });
            prop_assert_eq!(small, &sorted[..]);
            let mut by_key = items;
            sort_by_key(&mut by_key, |item| *item);
            prop_assert_eq!(by_key, sorted);
        }
    }

    #[test]
    fn of_equal_keys_the_last_one_counts() {
        assert_eq!(map_of([(1, 'a'), (0, 'b'), (1, 'c')]), BTreeMap::from([(0, 'b'), (1, 'c')]));
        assert_eq!(set_of([1, 0, 1]), BTreeSet::from([0, 1]));
    }
}
