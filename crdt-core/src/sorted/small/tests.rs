//! What is done to a map and to the standard library's at once.

use core::ops::Bound;
use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;

use super::{SortedMap, SortedSet};

#[derive(Clone, Copy, Debug)]
enum Step {
    Insert(u8, u16),
    Remove(u8),
    Entry(u8, u16),
    PopFirst,
    PopLast,
    Retain(u16),
    Range(Bound<u8>, Bound<u8>),
}

fn bound() -> impl Strategy<Value = Bound<u8>> {
    prop_oneof![
        any::<u8>().prop_map(Bound::Included),
        any::<u8>().prop_map(Bound::Excluded),
        Just(Bound::Unbounded),
    ]
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => any::<(u8, u16)>().prop_map(|(key, value)| Step::Insert(key, value)),
        4 => any::<u8>().prop_map(Step::Remove),
        3 => any::<(u8, u16)>().prop_map(|(key, value)| Step::Entry(key, value)),
        1 => Just(Step::PopFirst),
        1 => Just(Step::PopLast),
        1 => (2_u16..9).prop_map(Step::Retain),
        2 => (bound(), bound()).prop_map(|(start, end)| Step::Range(start, end)),
    ];
    proptest::collection::vec(step, 0..400)
}

/// A range that the standard library takes: it begins before it ends.
fn is_range(range: (Bound<u8>, Bound<u8>)) -> bool {
    use Bound::{Excluded, Included};
    match range {
        (Excluded(start), Excluded(end)) => start < end,
        (Included(start) | Excluded(start), Included(end) | Excluded(end)) => start <= end,
        _ => true,
    }
}

fn take(step: Step, map: &mut SortedMap<u8, u16>, oracle: &mut BTreeMap<u8, u16>) {
    match step {
        Step::Insert(key, value) => assert_eq!(map.insert(key, value), oracle.insert(key, value)),
        Step::Remove(key) => assert_eq!(map.remove(&key), oracle.remove(&key)),
        Step::Entry(key, value) => {
            *map.entry(key).or_insert(value) ^= 1;
            *oracle.entry(key).or_insert(value) ^= 1;
        }
        Step::PopFirst => assert_eq!(map.pop_first(), oracle.pop_first()),
        Step::PopLast => assert_eq!(map.pop_last(), oracle.pop_last()),
        Step::Retain(by) => {
            map.retain(|_, value| *value % by != 0);
            oracle.retain(|_, value| *value % by != 0);
        }
        Step::Range(start, end) => {
            let range = (start, end);
            if is_range(range) {
                assert!(map.range(range).eq(oracle.range(range)));
                assert!(map.range(range).rev().eq(oracle.range(range).rev()));
            }
        }
    }
}

proptest! {
    #[test]
    fn a_map_does_as_the_standard_library_s(steps in steps(), asked: u8) {
        let (mut map, mut oracle) = (SortedMap::new(), BTreeMap::new());
        for step in steps {
            take(step, &mut map, &mut oracle);
            map.tree.check();
            prop_assert!(map.iter().eq(&oracle));
            prop_assert!(map.iter().rev().eq(oracle.iter().rev()));
            prop_assert_eq!(map.get_key_value(&asked), oracle.get_key_value(&asked));
            prop_assert_eq!(map.first_key_value(), oracle.first_key_value());
            prop_assert_eq!(map.last_key_value(), oracle.last_key_value());
            prop_assert_eq!(map.len(), oracle.len());
        }
        prop_assert_eq!(format!("{map:?}"), format!("{oracle:?}"));
        prop_assert_eq!(&map, &oracle.clone().into_iter().collect());
        prop_assert!(map.values_mut().eq(oracle.values_mut()));
        prop_assert!(map.into_iter().rev().eq(oracle.into_iter().rev()));
    }

    #[test]
    fn a_set_does_as_the_standard_library_s(elements: Vec<u8>, gone: Vec<u8>, asked: u8) {
        let mut set: SortedSet<u8> = elements.iter().copied().collect();
        let mut oracle: BTreeSet<u8> = elements.into_iter().collect();
        for element in gone {
            prop_assert_eq!(set.remove(&element), oracle.remove(&element));
        }
        prop_assert_eq!(set.contains(&asked), oracle.contains(&asked));
        prop_assert_eq!(set.insert(asked), oracle.insert(asked));
        prop_assert_eq!(set.first(), oracle.first());
        prop_assert_eq!(set.last(), oracle.last());
        prop_assert!(set.range(asked..).eq(oracle.range(asked..)));
        prop_assert!(set.iter().rev().eq(oracle.iter().rev()));
        prop_assert_eq!(format!("{set:?}"), format!("{oracle:?}"));
        prop_assert!(set.into_iter().eq(oracle));
    }
}

/// Both ends meet, whoever comes first.
#[test]
fn two_ends_meet() {
    let map: SortedMap<u8, ()> = (0..9).map(|key| (key, ())).collect();
    let mut keys = map.keys();
    for key in 0..4 {
        assert_eq!([keys.next(), keys.next_back()], [Some(&key), Some(&(8 - key))]);
    }
    assert_eq!([keys.next(), keys.next(), keys.next_back()], [Some(&4), None, None]);
}
