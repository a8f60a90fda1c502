//! Which elements of a list become which values, with as few moves as that takes.

use std::collections::VecDeque;

use super::difference::{Replaced, common, differences};
use super::rising::heaviest_rising;
use crate::sorted::SortedMap;

/// How a list becomes another one.
#[derive(PartialEq, Eq, Debug)]
pub(super) struct Alignment {
    /// Of each value of the new list what comes to be it.
    pub(super) fates: Vec<Fate>,
    /// The elements of the old one that are none of it, in order.
    pub(super) removed: Vec<usize>,
}

/// Where a value comes from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Fate {
    /// It is inserted.
    New,
    /// It is that element, which stays where it is among those that stay.
    Stays(usize),
    /// It is that element, which is moved.
    Moves(usize),
}

/// Aligns two lists by what stands for their elements. Where these are unique, as few are moved as
/// possible. An element that is in the new list no more may become a value that was not in the old
/// one if `can_become` says so of that and no element that stays lies between.
///
/// O(n log n), and more where some are not unique: see [`differences`].
pub(super) fn align<T: Ord>(old: &[T], new: &[T], can_become: impl Fn(usize) -> bool) -> Alignment {
    let (old, new) = numbered(old, new);
    align_numbers(&old, &new, &can_become)
}

/// A number for every item, that is the same where items are. What both lists begin and end with stays,
/// and is not looked for elsewhere.
fn numbered<'t, T: Ord>(old: &'t [T], new: &'t [T]) -> (Vec<u32>, Vec<u32>) {
    let start = common(old.iter(), new.iter());
    let end = common(old[start..].iter().rev(), new[start..].iter().rev());
    let mut numbers = SortedMap::new();
    let mut number = |item| {
        let next = start + end + numbers.len();
        *numbers.entry(item).or_insert(u32::try_from(next).unwrap_or(u32::MAX))
    };
    let mut all = |items: &'t [T]| {
        let inside = items[start..items.len() - end].iter().map(&mut number);
        let inside: Vec<u32> = inside.collect();
        (0..).take(start).chain(inside).chain((0..).skip(start).take(end)).collect()
    };
    (all(old), all(new))
}

/// The same of numbers.
fn align_numbers(old: &[u32], new: &[u32], can_become: &dyn Fn(usize) -> bool) -> Alignment {
    let staying = staying(old, new);
    let mut fates = vec![Fate::New; new.len()];
    let mut left: Vec<bool> = vec![true; old.len()];
    for (from, to) in &staying {
        (fates[*to], left[*from]) = (Fate::Stays(*from), false);
    }
    find_moved(old, new, &mut fates, &mut left);
    let mut start = (0, 0);
    for end in staying.into_iter().chain([(old.len(), new.len())]) {
        let mut gone = (start.0..end.0).filter(|from| left[*from]).collect::<Vec<_>>().into_iter();
        for to in (start.1..end.1).filter(|to| can_become(*to)) {
            if fates[to] == Fate::New
                && let Some(from) = gone.next()
            {
                (fates[to], left[from]) = (Fate::Stays(from), false);
            }
        }
        start = (end.0 + 1, end.1 + 1);
    }
    let removed = (0..old.len()).filter(|from| left[*from]).collect();
    Alignment { fates, removed }
}

/// The pairs of places of what stays, rising in both lists. What both begin and end with does.
fn staying(old: &[u32], new: &[u32]) -> Vec<(usize, usize)> {
    let start = common(old.iter(), new.iter());
    let end = common(old[start..].iter().rev(), new[start..].iter().rev());
    let (old_end, new_end) = (old.len() - end, new.len() - end);
    let (old, new) = (&old[start..old_end], &new[start..new_end]);
    let inside =
        unique_in_both(old, new).map_or_else(|| same_in_both(old, new), |pairs| rising(&pairs));
    let before = (0..start).zip(0..start);
    let inside = inside.into_iter().map(|(from, to)| (from + start, to + start));
    before.chain(inside).chain((old_end..).zip(new_end..).take(end)).collect()
}

/// The pairs of places of what is in both, in the order of the old list, if nothing is in one of
/// them twice.
fn unique_in_both(old: &[u32], new: &[u32]) -> Option<Vec<(usize, usize)>> {
    let places: SortedMap<&u32, usize> = new.iter().zip(0..).collect();
    let known: SortedMap<&u32, usize> = old.iter().zip(0..).collect();
    if places.len() < new.len() || known.len() < old.len() {
        return None;
    }
    let pairs = old.iter().enumerate();
    Some(pairs.filter_map(|(from, item)| Some((from, *places.get(item)?))).collect())
}

/// The pairs of places of what is in both in the same order.
fn same_in_both(old: &[u32], new: &[u32]) -> Vec<(usize, usize)> {
    let (mut pairs, mut start) = (Vec::new(), (0, 0));
    let end = Replaced { old: old.len()..old.len(), new: new.len()..new.len() };
    for Replaced { old, new } in differences(old, new).into_iter().chain([end]) {
        pairs.extend((start.0..old.start).zip(start.1..new.start));
        start = (old.end, new.end);
    }
    pairs
}

/// Of pairs that rise in their first number as many as possible that rise in the second one too.
fn rising(pairs: &[(usize, usize)]) -> Vec<(usize, usize)> {
    let rising = heaviest_rising(pairs.iter().map(|(_, to)| (*to, 1)));
    pairs.iter().zip(rising).filter(|(_, rises)| *rises).map(|(pair, _)| *pair).collect()
}

/// Finds what is in both lists and does not stay.
fn find_moved(old: &[u32], new: &[u32], fates: &mut [Fate], left: &mut [bool]) {
    let mut places: SortedMap<&u32, VecDeque<usize>> = SortedMap::new();
    for (from, item) in old.iter().enumerate().filter(|(from, _)| left[*from]) {
        places.entry(item).or_default().push_back(from);
    }
    for (fate, item) in fates.iter_mut().zip(new).filter(|(fate, _)| **fate == Fate::New) {
        if let Some(from) = places.get_mut(item).and_then(VecDeque::pop_front) {
            (*fate, left[from]) = (Fate::Moves(from), false);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn moves(alignment: &Alignment) -> usize {
        alignment.fates.iter().filter(|fate| matches!(fate, Fate::Moves(_))).count()
    }

    /// The length of the longest increasing subsequence, by trying all.
    fn slowly(items: &[usize]) -> usize {
        let subsets = 0..1_u32 << items.len();
        let rising = |subset: &u32| {
            let chosen = (0..items.len()).filter(|index| subset >> index & 1 == 1);
            chosen.map(|index| items[index]).is_sorted()
        };
        subsets.filter(rising).map(|subset| subset.count_ones() as usize).max().unwrap_or(0)
    }

    proptest! {
        #[test]
        fn every_value_comes_from_somewhere_and_every_element_goes_somewhere(
            old in prop::collection::vec(0..9, 0..12),
            new in prop::collection::vec(0..9, 0..12),
            keyed: bool,
        ) {
            let Alignment { fates, removed } = align(&old, &new, |_| !keyed);
            prop_assert_eq!(fates.len(), new.len());
            let mut used = removed;
            let mut last = None;
            for (fate, item) in fates.iter().zip(&new) {
                match *fate {
                    Fate::New => {}
                    Fate::Moves(from) => {
                        prop_assert_eq!(&old[from], item);
                        used.push(from);
                    }
                    Fate::Stays(from) => {
                        prop_assert!(!keyed || &old[from] == item);
                        prop_assert!(last < Some(from), "what stays keeps its order");
                        last = Some(from);
                        used.push(from);
                    }
                }
            }
            used.sort_unstable();
            prop_assert!(used.into_iter().eq(0..old.len()));
            // Nothing is inserted that could have been moved.
            for item in 0..9 {
                let count = |items: &[i32]| items.iter().filter(|other| **other == item).count();
                let kept = fates.iter().zip(&new).filter(|(fate, other)| {
                    **other == item && matches!(fate, Fate::Stays(from) | Fate::Moves(from) if old[*from] == item)
                });
                prop_assert_eq!(kept.count(), count(&old).min(count(&new)));
            }
        }

        #[test]
        fn as_few_are_moved_as_possible(order in Just((0..9_usize).collect::<Vec<_>>()).prop_shuffle()) {
            let old: Vec<usize> = (0..9).collect();
            let alignment = align(&old, &order, |_| false);
            prop_assert_eq!(moves(&alignment), 9 - slowly(&order));
        }
    }

    #[test]
    fn what_is_sorted_another_way_round_is_moved() {
        let old: Vec<u32> = (0..100_000).collect();
        let new: Vec<u32> = old.iter().rev().copied().collect();
        assert_eq!(moves(&align(&old, &new, |_| true)), 99_999);
        let rotated: Vec<u32> = (99_990..100_000).chain(0..99_990).collect();
        assert_eq!(moves(&align(&old, &rotated, |_| true)), 10);
    }
}
