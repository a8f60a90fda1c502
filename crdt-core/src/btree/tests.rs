//! The tree against a plain vector, with nodes so small that everything splits.

use proptest::prelude::*;

use super::{Combine, Cursor, Entry, Summary, Tree};

/// An entry with a weight that adds up and a rank of which the least counts.
#[derive(Clone, Debug, PartialEq)]
struct Stone {
    name: u32,
    weight: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Default)]
struct Pile {
    weight: u32,
    least: u32,
}

/// Ranks names; stands for the context without which the least cannot be told.
struct Rank(u32);

impl Rank {
    fn of(&self, name: u32) -> u32 {
        name ^ self.0
    }
}

impl Summary for Pile {
    fn shift(&mut self, before: &Self, after: &Self) {
        self.weight = self.weight + after.weight - before.weight;
    }
}

impl Combine<Rank> for Pile {
    fn combine(self, other: Self, rank: &Rank) -> Self {
        let lower = rank.of(self.least) < rank.of(other.least);
        let least = if lower { self.least } else { other.least };
        Self { weight: self.weight + other.weight, least }
    }
}

impl Entry for Stone {
    type Summary = Pile;
    const LEAF: usize = 3;
    const INNER: usize = 3;

    fn summary(&self) -> Pile {
        Pile { weight: self.weight, least: self.name }
    }
}

/// The tree, what should be in it, and where each stone was said to lie.
#[derive(Default)]
struct Pair {
    tree: Tree<Stone>,
    model: Vec<Stone>,
    leaves: std::collections::BTreeMap<u32, u32>,
    next_name: u32,
}

const RANK: Rank = Rank(0b1011);

impl Pair {
    fn at(&self, index: usize) -> Cursor {
        let mut at = self.tree.first().expect("not empty");
        for _ in 0..index {
            at = self.tree.next(at).expect("long enough");
        }
        at
    }

    fn insert<const N: usize>(&mut self, index: usize, weight: u32) {
        let stones = core::array::from_fn::<_, N, _>(|_| {
            self.next_name += 1;
            Stone { name: self.next_name - 1, weight }
        });
        let gap = if index == self.model.len() { self.tree.end() } else { self.at(index) };
        let Self { tree, leaves, .. } = self;
        let at = tree.insert(gap, stones.clone(), &RANK, |stone, leaf| {
            leaves.insert(stone.name, leaf);
        });
        assert_eq!(self.tree.get(at), &stones[0]);
        self.model.splice(index..index, stones);
    }

    fn remove(&mut self, index: usize) {
        let before = index.checked_sub(1).map(|before| self.at(before));
        let gone = self.tree.remove(self.at(index), &RANK);
        assert_eq!(gone, self.model.remove(index));
        self.leaves.remove(&gone.name);
        if let Some(before) = before {
            assert_eq!(self.tree.get(before), &self.model[index - 1]);
        }
    }

    fn change(&mut self, index: usize, weight: u32) {
        let at = self.at(index);
        if weight.is_multiple_of(2) {
            self.tree.amend(at, |stone| stone.weight = weight);
        } else {
            self.leaves.remove(&self.model[index].name);
            self.tree.update(at, &RANK, |stone| *stone = Stone { name: self.next_name, weight });
            self.model[index].name = self.next_name;
            self.leaves.insert(self.next_name, at.leaf);
            self.next_name += 1;
        }
        self.model[index].weight = weight;
    }

    fn enlarge(&mut self, index: usize, more: u32) {
        let gained = Pile { weight: more, least: 0 };
        self.tree.enlarge(self.at(index), |stone| {
            stone.weight += more;
            ((), gained)
        });
        self.model[index].weight += more;
    }

    /// Moves some weight to the stone behind, if that is in the same leaf, and loses some.
    fn transfer(&mut self, index: usize, lost: u32) {
        let at = self.at(index);
        let beside = self.tree.next(at).is_some_and(|next| next.leaf == at.leaf);
        let transferred = self.tree.transfer(at, |stone, behind| {
            let passed = stone.weight.checked_sub(lost)?;
            stone.weight = 0;
            behind.weight += passed;
            Some(Pile { weight: lost, least: 0 })
        });
        let passed = self.model[index].weight.checked_sub(lost).filter(|_| beside);
        assert_eq!(transferred, passed.is_some());
        if let Some(passed) = passed {
            self.model[index].weight = 0;
            self.model[index + 1].weight += passed;
        }
    }

    /// Makes one stone of two, which has the name that ranks lower.
    fn merge(&mut self, index: usize) {
        let lower = |stone: &mut Stone, gone: &Stone| {
            stone.weight += gone.weight;
            if RANK.of(gone.name) < RANK.of(stone.name) {
                stone.name = gone.name;
            }
        };
        let at = self.at(index);
        let gone = self.tree.merge(at, &RANK, lower);
        assert_eq!(gone.as_ref(), self.model.get(index + 1));
        if let Some(gone) = gone {
            self.model.remove(index + 1);
            self.leaves.remove(&gone.name);
            self.leaves.remove(&self.model[index].name);
            lower(&mut self.model[index], &gone);
            self.leaves.insert(self.model[index].name, at.leaf);
        }
    }

    fn check(&self) {
        self.tree.assert_invariants(&RANK);
        assert!(self.tree.iter().eq(&self.model));
        assert_eq!(self.tree.is_empty(), self.model.is_empty());
        for (leaf, stone) in self.tree.placed() {
            assert_eq!(self.leaves[&stone.name], leaf);
        }
        let mut prev = None;
        for index in 0..self.model.len() {
            let at = self.at(index);
            assert_eq!(self.tree.prev(at), prev);
            prev = Some(at);
            let mut weight = 0;
            self.tree.before(at, |pile| weight += pile.weight);
            assert_eq!(weight, self.model[..index].iter().map(|stone| stone.weight).sum::<u32>());
        }
        assert_eq!(self.tree.prev(self.tree.end()), prev);
        let mut weight = 0;
        self.tree.before(self.tree.end(), |pile| weight += pile.weight);
        assert_eq!(weight, self.model.iter().map(|stone| stone.weight).sum::<u32>());
    }

    fn check_find(&self, weight: u32) {
        let mut left = weight;
        let found = self.tree.find(|pile| {
            let passes = left >= pile.weight;
            left -= if passes { pile.weight } else { 0 };
            passes
        });
        let mut sum = 0;
        let expected = self.model.iter().position(|stone| {
            sum += stone.weight;
            sum > weight
        });
        assert_eq!(found, expected.map(|index| self.at(index)));
    }

    fn check_skip(&self, from: usize, limit: u32) {
        let start = if from == self.model.len() { self.tree.end() } else { self.at(from) };
        let gap = self.tree.skip(start, |pile| RANK.of(pile.least) > limit);
        let expected = self.model[from..].iter().position(|stone| RANK.of(stone.name) <= limit);
        assert_eq!(self.tree.entry_at(gap), expected.map(|index| self.at(from + index)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn behaves_like_a_vector(steps in prop::collection::vec((0..12_u8, any::<u16>(), 0..9_u32), 1..120)) {
        let mut pair = Pair::default();
        for (kind, place, number) in steps {
            let len = pair.model.len();
            let place = usize::from(place);
            match kind {
                0 | 1 => pair.insert::<1>(place % (len + 1), number),
                2 => pair.insert::<2>(place % (len + 1), number),
                3 => pair.insert::<3>(place % (len + 1), number),
                4 | 5 if len > 0 => pair.remove(place % len),
                6 if len > 0 => pair.change(place % len, number),
                7 if len > 0 => pair.enlarge(place % len, number),
                8 if len > 0 => pair.transfer(place % len, number),
                9 if len > 0 => pair.merge(place % len),
                _ => {
                    pair.check_find(number * 3);
                    pair.check_skip(place % (len + 1), number * 4);
                }
            }
            pair.check();
        }
    }

    #[test]
    fn can_be_emptied_and_filled_again(places in prop::collection::vec(any::<u16>(), 1..60)) {
        let mut pair = Pair::default();
        for _ in 0..2 {
            for &place in &places {
                pair.insert::<1>(usize::from(place) % (pair.model.len() + 1), 1);
            }
            for &place in &places {
                pair.remove(usize::from(place) % pair.model.len());
                pair.check();
            }
        }
    }
}

#[test]
fn appending_fills_the_leaves() {
    let mut pair = Pair::default();
    for index in 0..30 {
        pair.insert::<1>(index, 1);
    }
    pair.check();
    assert_eq!(pair.tree.leaves(), 10);
}

#[test]
fn a_tree_of_entries_that_are_all_there() {
    for count in 0..120 {
        let model: Vec<Stone> = (0..count).map(|name| Stone { name, weight: name % 5 }).collect();
        let tree = Tree::of(model.clone(), &RANK);
        let leaves = tree.placed().map(|(leaf, stone)| (stone.name, leaf)).collect();
        let mut pair = Pair { tree, model, leaves, next_name: count };
        pair.check();
        for place in [0, count / 2, count] {
            pair.insert::<2>(place as usize, 1);
            pair.check();
        }
    }
}
