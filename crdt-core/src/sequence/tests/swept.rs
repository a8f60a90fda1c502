//! Merged intervals against a set of counters.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::swept::Swept;
use crate::op::{Id, IdRange};

proptest! {
    #[test]
    fn merges_what_touches(ranges in prop::collection::vec((0..2_u32, 0..60_u32, 1..12_u32), 1..30)) {
        let (mut swept, mut model) = (Swept::default(), BTreeSet::new());
        for (chain, counter, len) in ranges {
            let range = IdRange::new(Id { chain, counter }, len);
            swept.add(range);
            model.extend((range.start..range.end).map(|counter| Id { chain, counter }));
        }
        for (chain, counter) in (0..2).flat_map(|chain| (0..80).map(move |counter| (chain, counter))) {
            let id = Id { chain, counter };
            let end = (counter..100).find(|&counter| !model.contains(&Id { chain, counter }));
            prop_assert_eq!(swept.end_of(id), end.filter(|&end| end > counter));
        }
    }
}
