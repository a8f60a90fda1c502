//! Arbitrary trees by hostile authors, arriving in every causal order, against the definition.

use super::super::Sequence;
use super::oracle::Oracle;
use super::world::{Act, Dice, Op, Ranks, apply, compare};
use crate::op::{Id, IdRange, Place, Side, Standing};

/// A change: some ops, and the changes that must be there before.
struct Change {
    ops: Vec<Op>,
    deps: Vec<usize>,
}

/// Changes that refer to each other at will. An author sees an arbitrary part of the world.
struct Forest {
    changes: Vec<Change>,
    ranks: Ranks,
    /// Per chain: its last change and its next counter.
    chains: Vec<(Option<usize>, u32)>,
    times: Vec<u32>,
    /// Whether elements are moved too.
    moves: bool,
}

impl Forest {
    fn grow(dice: &mut Dice, size: usize, moves: bool) -> Self {
        let chains = vec![(None, 0); 1 + dice.below(4)];
        let mut forest =
            Self { changes: Vec::new(), ranks: Ranks::default(), chains, times: Vec::new(), moves };
        for _ in 0..size {
            forest.add_change(dice);
        }
        forest
    }

    fn add_change(&mut self, dice: &mut Dice) {
        let chain = dice.below(self.chains.len());
        let mut deps: Vec<_> = self.chains[chain].0.into_iter().collect();
        for _ in 0..dice.below(3) {
            if !self.changes.is_empty() {
                deps.push(dice.below(self.changes.len()));
            }
        }
        let time = 1 + deps.iter().map(|&dep| self.times[dep]).max().unwrap_or(0);
        let mut visible = self.elements_below(&deps);
        let (hash, mut ops) = (dice.below(1_000_000) as u64, Vec::new());
        for _ in 0..=dice.below(2) {
            let op = self.add_op(dice, chain, (time, hash), &visible);
            visible.extend(places_of(&op));
            ops.push(op);
        }
        self.chains[chain].0 = Some(self.changes.len());
        self.changes.push(Change { ops, deps });
        self.times.push(time);
    }

    fn add_op(&mut self, dice: &mut Dice, chain: usize, rank: (u32, u64), visible: &[Id]) -> Op {
        let counter = self.chains[chain].1;
        let id = Id { chain: u32::try_from(chain).expect("few"), counter };
        let (act, taken) = if !visible.is_empty() && dice.one_in(4) {
            (Act::Delete(some_range(dice, visible)), 1)
        } else if self.moves && !visible.is_empty() && dice.one_in(4) {
            let place = visible[dice.below(visible.len())];
            let standing = if dice.one_in(3) { Standing::Stands } else { Standing::Void };
            (Act::Rule { place, standing }, 1)
        } else if self.moves && !visible.is_empty() && dice.one_in(2) {
            let place = some_place(dice, visible);
            let count = 1 + dice.below(4);
            let elements: Vec<_> = (0..count).map(|_| visible[dice.below(visible.len())]).collect();
            (Act::Move { place, elements }, u32::try_from(count).expect("few"))
        } else {
            let len = 1 + u32::try_from(dice.below(5)).expect("few");
            (Act::Insert { len, place: some_place(dice, visible) }, len)
        };
        for step in 0..taken {
            self.ranks.set(id.plus(step), (rank.0, rank.1, counter + step));
        }
        self.chains[chain].1 += taken;
        Op { id, act }
    }

    /// All places in the causal past.
    fn elements_below(&self, deps: &[usize]) -> Vec<Id> {
        let mut below = vec![false; self.changes.len()];
        let mut todo = deps.to_vec();
        while let Some(dep) = todo.pop() {
            if !core::mem::replace(&mut below[dep], true) {
                todo.extend(&self.changes[dep].deps);
            }
        }
        let changes = self.changes.iter().zip(below).filter(|(_, below)| *below);
        let ops = changes.flat_map(|(change, _)| &change.ops);
        ops.flat_map(places_of).collect()
    }

    /// Lets every change arrive in some causal order.
    fn arrive(&self, dice: &mut Dice) {
        let (mut sequence, mut oracle) = (Sequence::default(), Oracle::default());
        let mut here = vec![false; self.changes.len()];
        for _ in 0..self.changes.len() {
            let ready: Vec<_> = (0..self.changes.len())
                .filter(|&change| !here[change])
                .filter(|&change| self.changes[change].deps.iter().all(|&dep| here[dep]))
                .collect();
            let change = ready[dice.below(ready.len())];
            here[change] = true;
            for op in &self.changes[change].ops {
                apply(op, &self.ranks, &mut sequence, &mut oracle);
            }
            compare(&sequence, &oracle, &self.ranks);
        }
    }
}

/// The places that an op makes.
fn places_of(op: &Op) -> impl Iterator<Item = Id> + use<> {
    let count = match &op.act {
        Act::Insert { len, .. } => *len,
        Act::Delete(_) | Act::Rule { .. } => 0,
        Act::Move { elements, .. } => u32::try_from(elements.len()).expect("few"),
    };
    let first = op.id;
    (0..count).map(move |step| first.plus(step))
}

/// Somewhere below the root or on one of some places.
fn some_place(dice: &mut Dice, visible: &[Id]) -> Place<Id> {
    let parent = if dice.one_in(6) { None } else { some_element(dice, visible) };
    let side = |left| if left { Side::Left } else { Side::Right };
    parent.map_or(Place::Root, |parent| Place::Child(parent, side(dice.one_in(2))))
}

/// Mostly a recent one, so that trees grow deep.
fn some_element(dice: &mut Dice, visible: &[Id]) -> Option<Id> {
    let skip = if dice.one_in(2) { visible.len().saturating_sub(6) } else { 0 };
    let recent = visible.get(skip..).filter(|recent| !recent.is_empty())?;
    Some(recent[dice.below(recent.len())])
}

/// A range that begins at an element and may go on over counters that are no elements.
fn some_range(dice: &mut Dice, visible: &[Id]) -> IdRange {
    let first = visible[dice.below(visible.len())];
    let last = visible.iter().filter(|id| id.chain == first.chain).map(|id| id.counter).max();
    let longest = last.map_or(1, |last| last + 1 - first.counter) as usize;
    let most = if dice.one_in(3) { longest } else { longest.min(4) };
    let len = 1 + dice.below(most);
    let end = first.counter + u32::try_from(len).expect("short");
    IdRange { chain: first.chain, start: first.counter, end }
}

#[test]
fn every_arrival_order_gives_the_tree() {
    for seed in 0..800 {
        let mut dice = Dice(seed);
        let forest = Forest::grow(&mut dice, 12, seed % 2 == 1);
        for _ in 0..4 {
            forest.arrive(&mut dice);
        }
    }
}

#[test]
fn large_forests_too() {
    for seed in 1000..1012 {
        let mut dice = Dice(seed);
        let forest = Forest::grow(&mut dice, 120, seed % 2 == 1);
        forest.arrive(&mut dice);
    }
}
