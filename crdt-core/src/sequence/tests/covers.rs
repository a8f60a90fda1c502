//! Which counters deletes cover, on branches that fork from each other, against looking at each.

use std::collections::{BTreeMap, BTreeSet};

use super::super::covers::{Covers, Ruling};
use super::world::Dice;
use crate::history::Chains;
use crate::history::tests::chains::{Plan, build, nested, positions};
use crate::op::{Id, IdRange, Standing};
use crate::steps;

/// A range that ends at a position, on the chain that runs down to it.
fn some_range(dice: &mut Dice, positions: &[Id]) -> IdRange {
    let last = positions[dice.below(positions.len())];
    let end = last.counter + 1;
    let start = u32::try_from(dice.below(end as usize)).expect("below the end");
    IdRange { chain: last.chain, start, end }
}

fn is_covered(at: Id, deletes: &BTreeMap<Id, (IdRange, bool)>, chains: &Chains) -> bool {
    deletes.values().filter(|(_, stands)| *stands).any(|(range, _)| {
        let last = Id { chain: range.chain, counter: range.end - 1 };
        at.counter >= range.start && chains.on_chain(at, last)
    })
}

fn play(chains: &Chains, seed: u64) {
    let (positions, mut dice) = (positions(chains), Dice(seed));
    let (mut covers, mut deletes) = (Covers::default(), BTreeMap::new());
    let mut covered: BTreeSet<Id> = BTreeSet::new();
    for step in 0..60 {
        // Ops of somebody else, each higher than the one before.
        let op = Id { chain: 1_000_000, counter: step };
        if dice.one_in(2) || deletes.is_empty() {
            let range = some_range(&mut dice, &positions);
            covers.set(op, Some(range), chains);
            covers.stir(range);
            deletes.insert(op, (range, true));
        } else {
            let all: Vec<Id> = deletes.keys().copied().collect();
            let name = all[dice.below(all.len())];
            let stands = dice.one_in(2);
            let standing = if stands { Standing::Stands } else { Standing::Void };
            assert!(covers.rule(name, Ruling::new((op, step), standing), chains));
            deletes.entry(name).and_modify(|delete| delete.1 = stands);
        }
        if dice.one_in(3) {
            for (IdRange { chain, start, end }, is) in covers.settle(chains) {
                for counter in start..end {
                    let at = Id { chain, counter };
                    let changed = if is { covered.insert(at) } else { covered.remove(&at) };
                    assert!(changed, "only what changed is handed out");
                }
            }
            for at in &positions {
                let expected = is_covered(*at, &deletes, chains);
                assert_eq!(covered.contains(at), expected, "{at:?}");
            }
        }
    }
}

#[test]
fn what_is_covered_is_what_a_standing_delete_names() {
    for seed in 0..300 {
        play(&nested(1 + u32::try_from(seed % 9).expect("few")), seed);
        let mut dice = Dice(seed);
        let mut number = |below| u32::try_from(dice.below(below)).expect("small");
        let plan: Plan = (0..30).map(|_| (number(1 << 30), number(2), number(4))).collect();
        play(&build(&plan).chains, seed);
    }
}

/// Each branch has a delete that reaches from above the next fork beyond it.
#[test]
fn forks_that_leave_what_is_covered_are_passed_over() {
    let work = |depth: u32| {
        let (chains, mut covers) = (nested(depth), Covers::default());
        for at in positions(&chains) {
            let range = IdRange { chain: at.chain, start: at.counter / 2, end: at.counter + 1 };
            covers.set(Id { chain: 1_000_000, counter: at.chain }, Some(range), &chains);
            covers.stir(range);
        }
        steps::of(|| drop(covers.settle(&chains)))
    };
    steps::assert_even("settling", work);
}
