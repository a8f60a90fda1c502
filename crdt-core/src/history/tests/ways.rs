//! What lies between versions, held against the definition.

use std::collections::BTreeSet;

use crate::history::tests::stretches::authors;
use crate::history::version::Way;
use crate::history::{ChangeIndex, History, Version};
use crate::steps;

fn below(history: &History, heads: &[ChangeIndex]) -> BTreeSet<ChangeIndex> {
    let (mut below, mut open) = (BTreeSet::new(), heads.to_vec());
    while let Some(change) = open.pop() {
        if below.insert(change) {
            open.extend(history.kept.store.below(change));
        }
    }
    below
}

/// Between all pairs of up to two changes each.
#[test]
fn a_way_is_what_the_one_has_and_the_other_has_not() {
    let [a, _] = authors();
    let history = &a.history;
    let store = &history.kept.store;
    let end = history.end().min(24);
    let mut versions = vec![vec![]];
    versions.extend((0..end).flat_map(|x| (0..=x).step_by(3).map(move |y| vec![x, y])));
    for from in &versions {
        let had = below(history, from);
        for to in &versions {
            let has = below(history, to);
            let Way { gained, lost } = Way::between(store, from, to);
            assert_eq!(gained, has.difference(&had).copied().collect::<Vec<_>>());
            assert_eq!(lost, had.difference(&has).copied().collect::<Vec<_>>());
        }
        let version = Version::default().with(store, &had.iter().copied().collect::<Vec<_>>());
        let is_head = |change: &&ChangeIndex| {
            !had.iter().any(|other| store.below(*other).any(|below| below == **change))
        };
        assert_eq!(version.heads(), had.iter().filter(is_head).copied().collect::<Vec<_>>());
    }
}

/// A stale head does not make one look through all that came since.
#[test]
fn a_way_costs_what_lies_between() {
    let [mut a, b] = authors();
    let stale = b.history.end() - 1;
    let stale = a.history.index_of(&b.history.chains().hash_of(stale)).expect("it was taken");
    for _ in 0..1000 {
        a.write();
    }
    let (store, end) = (&a.history.kept.store, a.history.end());
    let counted = steps::of(|| {
        let way = Way::between(store, &[stale, end - 10], &[stale, end - 1]);
        assert_eq!((way.gained.len(), way.lost.len()), (9, 0));
    });
    assert!(counted < 15, "{counted} steps");
}
