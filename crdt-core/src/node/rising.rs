//! Of things in some order, as many as possible that are in another order too.

use crate::sorted::SortedMap;

/// Of places that come once each, with weights: which of them lie on a rising subsequence of the
/// greatest weight. O(n log n), and linear if all do. (Patience sorting, with weights; Fredman, "On
/// computing the length of longest increasing subsequences", 1975.)
pub(super) fn heaviest_rising(places: impl Iterator<Item = (usize, usize)> + Clone) -> Vec<bool> {
    if places.clone().map(|(place, _)| place).is_sorted() {
        return vec![true; places.count()];
    }
    // From the last place of a sequence to its weight and the index of that place: no other one
    // ends before it and weighs as much.
    let mut ends: SortedMap<usize, (usize, usize)> = SortedMap::new();
    let mut before = Vec::new();
    for (index, (place, weight)) in places.enumerate() {
        let last = ends.range(..place).next_back().map(|(_, end)| *end);
        before.push(last.map(|(_, index)| index));
        let sum = last.map_or(0, |(sum, _)| sum) + weight;
        while let Some((&next, &(other, _))) = ends.range(place..).next()
            && other <= sum
        {
            ends.remove(&next);
        }
        ends.insert(place, (sum, index));
    }
    let mut rising = vec![false; before.len()];
    let mut next = ends.values().next_back().map(|(_, index)| *index);
    while let Some(index) = next {
        rising[index] = true;
        next = before[index];
    }
    rising
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::heaviest_rising;

    /// The greatest weight, by trying all subsequences.
    fn slowly(places: &[(usize, usize)]) -> usize {
        let chosen = |choice: u32| {
            let chosen = (0..places.len()).filter(move |at| choice >> at & 1 == 1);
            chosen.map(|at| places[at]).collect::<Vec<_>>()
        };
        let all = (0..1_u32 << places.len()).map(chosen);
        let rising = all.filter(|chosen| chosen.is_sorted_by_key(|(place, _)| *place));
        rising.map(|chosen| chosen.iter().map(|(_, weight)| weight).sum()).max().unwrap_or(0)
    }

    #[test]
    fn what_rises_is_all_of_it() {
        let of = |places: &[usize]| heaviest_rising(places.iter().map(|place| (*place, 1)));
        assert!(of(&[]).is_empty());
        assert_eq!(of(&[0, 2, 3]), [true; 3]);
        assert_eq!(of(&[3, 0, 1]), [false, true, true]);
        assert_eq!(of(&[1, 2, 0]), [true, true, false]);
    }

    proptest! {
        #[test]
        fn no_other_one_is_heavier(
            order in Just((0..8_usize).collect::<Vec<_>>()).prop_shuffle(),
            weights in prop::collection::vec(1..9_usize, 8),
        ) {
            let places: Vec<_> = order.into_iter().zip(weights).collect();
            let rising = heaviest_rising(places.iter().copied());
            let chosen: Vec<_> = places.iter().zip(rising).filter(|(_, is)| *is).collect();
            prop_assert!(chosen.is_sorted_by_key(|((place, _), _)| *place));
            let weight: usize = chosen.iter().map(|((_, weight), _)| weight).sum();
            prop_assert_eq!(weight, slowly(&places));
        }
    }
}
