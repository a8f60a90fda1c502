//! Merged intervals against a set of counters.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::swept::{Swept, SweptAlong};
use crate::history::tests::chains::{build, plans};
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

    /// Whatever was swept before, nothing of a range is left when it has been swept, and nothing
    /// else is gone; and ops keep coming.
    #[test]
    fn leaves_nothing_of_a_range(
        plan in plans(),
        keep in 1..4_u32,
        sweeps in prop::collection::vec((any::<u32>(), any::<u32>(), any::<u32>()), 40..60),
    ) {
        let built = build(&plan);
        let (mut swept, mut held) = (SweptAlong::default(), BTreeSet::new());
        for (change, (pick, from, len)) in built.changes().zip(sweeps) {
            // The node is that of every op, or of each second or third.
            held.extend(built.ops(change).filter(|op| op.counter % keep == 0));
            let named = pick % (change + 1);
            let (line, chain) = (built.line(named), built.chain_of(named));
            let most = u32::try_from(line.len()).expect("short");
            let start = from % (most + 1);
            let end = start + len % (most - start + 1);
            let range = IdRange { chain, start, end };
            let next = |from: u32| {
                held.range(Id { chain: from, counter: 0 }..).next().map(|id| id.chain)
            };
            let mut left = held.clone();
            for piece in swept.sweep(range, &built.chains, next) {
                left.retain(|id| {
                    id.chain != piece.chain || !(piece.start..piece.end).contains(&id.counter)
                });
            }
            let named = &line[start as usize..end as usize];
            held.retain(|id| !named.contains(id));
            prop_assert_eq!(&left, &held);
        }
    }
}
