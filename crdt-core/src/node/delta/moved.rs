//! Which elements of a list have moved: as few as can be said to.

/// The places in `places`, which come once each, that do not lie on a longest increasing
/// subsequence of them, marked by place; `count` is how many places there are. O(n log n), and
/// linear if there are none.
pub(super) fn moved(places: &[usize], count: usize) -> Vec<bool> {
    let mut moved = vec![false; count];
    if places.is_sorted() {
        return moved;
    }
    for place in places {
        moved[*place] = true;
    }
    for place in longest_increasing(places) {
        moved[place] = false;
    }
    moved
}

/// A longest increasing subsequence, from its end.
fn longest_increasing(places: &[usize]) -> impl Iterator<Item = usize> {
    // Of each length, at which index the lowest end of a subsequence of that length is.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(places.len());
    for (index, place) in places.iter().enumerate() {
        let length = ends.partition_point(|end| places[*end] < *place);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        ends.truncate(ends.len().max(length));
        match ends.get_mut(length) {
            Some(end) => *end = index,
            None => ends.push(index),
        }
    }
    let last = ends.last().copied();
    core::iter::successors(last, move |index| before[*index]).map(|index| places[index])
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::moved;

    fn count_moved(places: &[usize]) -> usize {
        moved(places, places.len()).iter().filter(|moved| **moved).count()
    }

    /// The longest increasing subsequence, by trying all.
    fn longest(places: &[usize]) -> usize {
        let choices = 0..1_u32 << places.len();
        let chosen = |choice: u32| {
            let chosen = (0..places.len()).filter(move |at| choice >> at & 1 == 1);
            chosen.map(|at| places[at]).collect::<Vec<_>>()
        };
        choices
            .map(chosen)
            .filter(|chosen| chosen.is_sorted())
            .map(|chosen| chosen.len())
            .max()
            .unwrap_or(0)
    }

    #[test]
    fn what_stays_stays() {
        assert!(moved(&[], 0).is_empty());
        assert_eq!(moved(&[0, 2, 3], 4), [false; 4]);
        assert_eq!(moved(&[3, 0, 1], 4), [false, false, false, true]);
        assert_eq!(moved(&[1, 2, 0], 3), [true, false, false]);
    }

    proptest! {
        #[test]
        fn as_few_as_can_be(places in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle()) {
            prop_assert_eq!(count_moved(&places), places.len() - longest(&places));
            let moved = moved(&places, places.len());
            prop_assert!(places.iter().filter(|place| !moved[**place]).is_sorted());
        }
    }
}
