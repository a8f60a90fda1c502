//! Nodes whose ops lie on forks nested as deep as an author likes. Work is counted in steps, each of
//! which takes O(log n).

use super::{CounterState, Incoming, ListState, NodeState, TextState};
use crate::history::Chains;
use crate::history::tests::chains::nested;
use crate::op::{Action, Id, Place, Seeds};
use crate::steps;

const DEPTH: u32 = 2000;

/// The op that begins a fork.
fn fork(depth: u32) -> Id {
    Id { chain: depth, counter: depth }
}

fn apply(node: &mut impl NodeState, id: Id, action: Action<'_, Id>, chains: &Chains) {
    let op = Incoming::new(id, chains.time(id), action);
    assert_eq!(node.apply(&[], &op, chains), super::Fit::Applied);
}

/// A counter to which every fork has added 1.
fn added(chains: &Chains) -> CounterState {
    let mut counter = CounterState::default();
    (0..DEPTH).for_each(|at| apply(&mut counter, fork(at), Action::Add { delta: 1 }, chains));
    assert_eq!(counter.sum(), i128::from(DEPTH));
    counter
}

/// Who resets honestly names the last addition of every fork. In which order they are named does not
/// matter.
#[test]
fn a_reset_of_nested_forks_walks_each_of_them_once() {
    let chains = nested(DEPTH);
    let annuls: Vec<Id> = added(&chains).last_adds();
    assert_eq!(annuls.len(), DEPTH as usize);
    let mut stranger = Id { chain: DEPTH, counter: 0 };
    let scattered = |id: &Id| id.chain.wrapping_mul(0x9e37_79b9);
    let mut orders = [annuls.clone(), annuls.clone(), annuls];
    orders[1].reverse();
    orders[2].sort_by_key(scattered);
    for annuls in orders {
        let mut counter = added(&chains);
        let reset = Action::Reset { annuls };
        let steps = steps::of(|| {
            // What is reset again is not walked again.
            for _ in 0..10 {
                apply(&mut counter, stranger, reset.clone(), &chains);
                apply(&mut counter, fork(DEPTH - 1), Action::Add { delta: 1 }, &chains);
                stranger.counter += 1;
            }
        });
        assert_eq!(counter.sum(), 1);
        assert!(steps <= 10 * 3 * (DEPTH as usize + 1), "{steps}");
    }
}

fn insert<'a>(text: bool) -> Action<'a, Id> {
    if text {
        Action::InsertText { place: Place::Root, text: "x" }
    } else {
        Action::Insert { place: Place::Root, seeds: Seeds::from_checked(&[0]) }
    }
}

/// The steps of deleting, fork by fork, everything on its chain from a counter on.
fn steps_of_deleting<S: NodeState>(text: bool, from: u32, deepest_first: bool) -> usize {
    let (chains, mut node) = (nested(DEPTH), S::default());
    (0..DEPTH).for_each(|at| apply(&mut node, fork(at), insert(text), &chains));
    steps::of(|| {
        for at in from..DEPTH {
            let at = if deepest_first { DEPTH - 1 - (at - from) } else { at };
            let delete =
                Action::Delete { first: Id { chain: at, counter: from }, count: at + 1 - from };
            apply(&mut node, Id { chain: at, counter: at + 1 }, delete, &chains);
        }
    })
}

#[test]
fn deletes_through_nested_forks_walk_each_of_them_once() {
    for (from, deepest_first) in [(0, true), (0, false), (DEPTH / 2, true), (7, false)] {
        let steps = [
            steps_of_deleting::<TextState>(true, from, deepest_first),
            steps_of_deleting::<ListState<CounterState>>(false, from, deepest_first),
        ];
        assert!(steps.iter().all(|steps| *steps <= 4 * DEPTH as usize), "{steps:?}");
    }
}

/// Each of many nodes would walk down a chain for itself; a node that holds something of few forks
/// looks at these instead.
#[test]
fn what_a_node_does_not_hold_is_not_walked_for_it() {
    let chains = nested(DEPTH);
    let reset = Action::Reset { annuls: vec![fork(DEPTH - 1)] };
    let delete = Action::Delete { first: Id { chain: DEPTH - 1, counter: 0 }, count: DEPTH };
    let stranger = Id { chain: DEPTH, counter: 0 };
    let steps = steps::of(|| {
        for at in 0..DEPTH {
            let mut counter = CounterState::default();
            apply(&mut counter, fork(at), Action::Add { delta: 1 }, &chains);
            apply(&mut counter, stranger, reset.clone(), &chains);
            assert_eq!(counter.sum(), 0);
            let mut text = TextState::default();
            apply(&mut text, fork(at), insert(true), &chains);
            apply(&mut text, stranger, delete.clone(), &chains);
            assert_eq!(text.to_text(&chains), "");
        }
    });
    assert!(steps <= 6 * DEPTH as usize, "{steps}");
}
