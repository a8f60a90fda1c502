//! All trees of a few elements, in all orders in which they can arrive.

use super::super::Sequence;
use super::gathered;
use super::oracle::Oracle;
use super::world::{Act, Op, Ranks, apply, compare};
use crate::op::{Id, Place, Side};

/// The ops of a tree in rising order. An op depends on its parent and on what its chain had before.
struct Tree {
    ops: Vec<Op>,
    ranks: Ranks,
}

impl Tree {
    /// Reads a tree off a number: one digit of `form` per element chooses its parent and side,
    /// `chain_of` tells its chain. Clocks tick once in `ticks` elements, so
    /// that the times of different chains are often equal.
    fn new(elements: u32, mut form: u32, chain_of: impl Fn(u32) -> u32, ticks: u32) -> Self {
        let (mut ops, mut ranks) = (Vec::<Op>::new(), Ranks::default());
        for rank in 0..elements {
            let places = 1 + 2 * rank;
            let choice = form % places;
            form /= places;
            let side = if choice % 2 == 1 { Side::Left } else { Side::Right };
            let parent = choice.checked_sub(1).map(|other| ops[(other / 2) as usize].id);
            let place = parent.map_or(Place::Root, |parent| Place::Child(parent, side));
            let chain = chain_of(rank);
            let counter = ops.iter().filter(|op| op.id.chain == chain).count();
            let id = Id { chain, counter: u32::try_from(counter).expect("few") };
            ranks.set(id, (rank / ticks, u64::from(rank), 0));
            ops.push(Op { id, act: Act::Insert { len: 1, place } });
        }
        Self { ops, ranks }
    }

    /// Goes through all orders of arrival that extend `arrived`.
    fn arrive(&self, arrived: &mut Vec<usize>) {
        if arrived.len() == self.ops.len() {
            return self.check(arrived);
        }
        for next in 0..self.ops.len() {
            if !arrived.contains(&next) && self.is_ready(next, arrived) {
                arrived.push(next);
                self.arrive(arrived);
                arrived.pop();
            }
        }
    }

    fn is_ready(&self, next: usize, arrived: &[usize]) -> bool {
        let is_here = |id| arrived.iter().any(|&here| self.ops[here].id == id);
        let op = &self.ops[next];
        let parent = match op.act {
            Act::Delete(_) | Act::Move { .. } | Act::Rule { .. } => return true,
            Act::Insert { place: Place::Root, .. } => None,
            Act::Insert { place: Place::Child(parent, _), .. } => Some(parent),
        };
        let before = op.id.counter.checked_sub(1).map(|counter| Id { counter, ..op.id });
        parent.is_none_or(is_here) && before.is_none_or(is_here)
    }

    fn check(&self, arrived: &[usize]) {
        let (mut sequence, mut oracle) = (Sequence::default(), Oracle::default());
        for &next in arrived {
            apply(&self.ops[next], &self.ranks, &mut sequence, &mut oracle);
        }
        compare(&sequence, &oracle, &self.ranks);
        let ops: Vec<Op> = arrived.iter().map(|next| self.ops[*next].clone()).collect();
        gathered::compare(&ops, &self.ranks);
    }
}

#[test]
fn five_elements_of_five_chains() {
    for shape in 0..3 * 5 * 7 * 9 {
        Tree::new(5, shape, |rank| rank, 2).arrive(&mut Vec::new());
    }
}

#[test]
fn five_elements_of_two_chains() {
    for shape in 0..3 * 5 * 7 * 9 {
        for chains in 0..16 {
            Tree::new(5, shape, |rank| chains >> rank & 1, 1 + chains % 2).arrive(&mut Vec::new());
        }
    }
}
