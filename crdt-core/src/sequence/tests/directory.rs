//! Names in blocks against a plain map.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::super::directory::Directory;
use crate::op::Id;

proptest! {
    #[test]
    fn behaves_like_a_map(
        steps in prop::collection::vec((any::<bool>(), 0..3_u32, 0..40_u32, 0..9_u32), 1..120),
    ) {
        let (mut directory, mut model) = (Directory::default(), BTreeMap::new());
        let half = steps.len() / 2;
        for (step, (insert, chain, counter, number)) in steps.into_iter().enumerate() {
            if step == half {
                directory = Directory::of(model.iter().rev().map(|(id, of)| (*id, *of)).collect());
            }
            let id = Id { chain, counter };
            if insert {
                directory.set(id, number);
                model.insert(id, number);
            } else {
                directory.remove(id);
                model.remove(&id);
            }
            prop_assert_eq!(directory.len(), model.len());
        }
        for chain in 0..4 {
            let next = model.range(Id { chain, counter: 0 }..).next();
            prop_assert_eq!(directory.next_chain(chain), next.map(|(id, _)| id.chain));
            for counter in 0..42 {
                let id = Id { chain, counter };
                let same = |(found, number): (&Id, &u32)| (found.chain == chain).then_some((*found, *number));
                let up_to = model.range(..=id).next_back().and_then(same);
                prop_assert_eq!(directory.last_up_to(id), up_to.map(|(_, number)| number));
                prop_assert_eq!(directory.first_from(id), model.range(id..).next().and_then(same));
            }
        }
    }
}

#[test]
fn rising_names_fill_the_blocks() {
    let mut directory = Directory::default();
    (0..40).for_each(|counter| directory.set(Id { chain: 0, counter }, 0));
    assert_eq!(directory.blocks(), 10);
}
