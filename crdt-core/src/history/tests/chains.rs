//! Chains with random forks against paths that are walked change by change.

use core::cmp::Ordering;

use proptest::prelude::*;

use crate::crypto::ChangeHash;
use crate::history::ChangeIndex;
use crate::history::format::numbers::{AuthorIndex, Number as _};
use crate::history::store::chains::{Chains, NewChange};
use crate::history::store::table::Table;
use crate::op::{Id, Name};
use crate::steps;

/// A change: where it follows on (a number that is cut down to a change before it of the same
/// author, or to none), its author and how many counters it takes.
pub(crate) type Plan = Vec<(u32, u32, u32)>;

pub(crate) fn plans() -> impl Strategy<Value = Plan> {
    prop::collection::vec((any::<u32>(), 0..2u32, 0..3u32), 1..60)
}

#[expect(clippy::needless_pass_by_value, reason = "it is made for this")]
fn append(chains: &mut Chains, change: NewChange) {
    chains.append(&change).expect("there is room");
}

/// Forks nested so deep: every branch but the first begins at the first change of the one before,
/// which goes on there with a second change. Each change takes one counter.
pub(crate) fn nested(depth: u32) -> Chains {
    let mut chains = Chains::default();
    let mut prev = None;
    for _ in 0..depth {
        let first = chains.len();
        for after in [prev, Some(first)] {
            let mut hash = [0; 32];
            hash[..4].copy_from_slice(&chains.len().to_be_bytes());
            let (hash, next) = (ChangeHash(hash), chains.next_after(after));
            let time = chains.len() + 1;
            append(
                &mut chains,
                NewChange { hash, author: AuthorIndex::FIRST, next, time, counters: 1 },
            );
        }
        prev = Some(first);
    }
    chains
}

/// All counters of all branches.
pub(crate) fn positions(chains: &Chains) -> Vec<Id> {
    let changes = 0..chains.len();
    let all = changes.flat_map(|change| {
        let chain = chains.branch_of(change).get();
        (chains.start_of(change)..chains.end_of(change)).map(move |counter| Id { chain, counter })
    });
    all.collect()
}

/// First changes of one author, each of one counter: so many chains.
pub(crate) fn fan(count: u32) -> Chains {
    let mut chains = Chains::default();
    for number in 0..count {
        let mut hash = [0; 32];
        hash[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_be_bytes());
        let next = chains.next_after(None);
        let hash = ChangeHash(hash);
        append(
            &mut chains,
            NewChange { hash, author: AuthorIndex::FIRST, next, time: 1, counters: 1 },
        );
    }
    chains
}

/// The chains of a plan, and for every change its predecessor.
pub(crate) struct Built {
    pub(crate) chains: Chains,
    prevs: Vec<Option<ChangeIndex>>,
}

pub(crate) fn build(plan: &Plan) -> Built {
    let mut built = Built { chains: Chains::default(), prevs: Vec::new() };
    let mut authors: Vec<u32> = Vec::new();
    for (number, (from, author, counters)) in (0u32..).zip(plan) {
        let own: Vec<ChangeIndex> =
            (0..number).filter(|index| authors[*index as usize] == *author).collect();
        let choice = *from as usize % (own.len() * 4 + 1);
        // Three of four follow the newest change, so that branches grow long.
        let prev = if choice < own.len() { Some(own[choice]) } else { own.last().copied() };
        let mut hash = [0; 32];
        hash[..4].copy_from_slice(&number.wrapping_mul(0x9e37_79b9).to_be_bytes());
        let change = NewChange {
            hash: ChangeHash(hash),
            author: AuthorIndex::new(*author),
            next: built.chains.next_after(prev),
            time: number + 1,
            counters: *counters,
        };
        append(&mut built.chains, change);
        built.prevs.push(prev);
        authors.push(*author);
    }
    built
}

impl Built {
    pub(crate) fn changes(&self) -> impl Iterator<Item = ChangeIndex> + Clone {
        0..self.chains.len()
    }

    /// The change itself and everything before it on its chain.
    fn path(&self, change: ChangeIndex) -> Vec<ChangeIndex> {
        core::iter::successors(Some(change), |at| self.prevs[*at as usize]).collect()
    }

    /// What ids of ops of a change name their chain by.
    pub(crate) fn chain_of(&self, change: ChangeIndex) -> u32 {
        self.chains.branch_of(change).get()
    }

    /// Every op of a change.
    pub(crate) fn ops(&self, change: ChangeIndex) -> impl Iterator<Item = Id> {
        let chain = self.chain_of(change);
        let range = self.chains.start_of(change)..self.chains.end_of(change);
        range.map(move |counter| Id { chain, counter })
    }

    /// Every op of the chain that ends with a change, by counter.
    pub(crate) fn line(&self, change: ChangeIndex) -> Vec<Id> {
        let mut path = self.path(change);
        path.reverse();
        path.into_iter().flat_map(|change| self.ops(change)).collect()
    }
}

proptest! {
    #[test]
    fn counters_run_along_every_path(plan in plans()) {
        let built = build(&plan);
        for change in built.changes() {
            let line = built.line(change);
            for (counter, op) in (0u32..).zip(&line) {
                prop_assert_eq!(op.counter, counter);
                let branch = built.chains.branch_of(change);
                prop_assert_eq!(built.chains.branch_at(branch, counter).get(), op.chain);
            }
            prop_assert_eq!(built.chains.end_of(change) as usize, line.len());
        }
    }

    #[test]
    fn ops_know_their_change(plan in plans()) {
        let built = build(&plan);
        for change in built.changes() {
            for (offset, op) in (0u32..).zip(built.ops(change)) {
                prop_assert_eq!(built.chains.change_of(op), Some(change));
                let (hash, found) = built.chains.global_name(op).expect("admitted");
                prop_assert_eq!((hash, found), (built.chains.hash_of(change), offset));
                prop_assert_eq!(built.chains.find(&hash, offset), Some(op));
            }
        }
    }

    #[test]
    fn an_op_is_on_the_chains_that_pass_it(plan in plans()) {
        let built = build(&plan);
        let all: Vec<Id> = built.changes().flat_map(|change| built.ops(change)).collect();
        for change in built.changes() {
            let line = built.line(change);
            for later in built.ops(change) {
                for earlier in &all {
                    let on = line.contains(earlier) && earlier.counter <= later.counter;
                    prop_assert_eq!(built.chains.on_chain(*earlier, later), on);
                }
            }
        }
    }

    #[test]
    fn shared_counters_are_the_common_beginning(plan in plans()) {
        let built = build(&plan);
        let end = |change| (built.chains.branch_of(change), built.chains.end_of(change));
        for a in built.changes() {
            for b in built.changes() {
                let (x, y) = (built.line(a), built.line(b));
                let common = x.iter().zip(&y).take_while(|(p, q)| p == q).count();
                prop_assert_eq!(built.chains.shared(end(a), end(b)) as usize, common);
            }
        }
    }

    #[test]
    fn a_change_is_on_the_chains_that_pass_it(plan in plans()) {
        let built = build(&plan);
        for later in built.changes() {
            let path = built.path(later);
            let branch = built.chains.branch_of(later);
            for earlier in built.changes() {
                let on = built.chains.change_on_chain(branch, later, earlier);
                prop_assert_eq!(on, path.contains(&earlier));
            }
        }
    }

    /// Total, and whatever lies behind an op on its chains follows it without a gap.
    #[test]
    fn tree_order_keeps_descendants_together(plan in plans()) {
        let built = build(&plan);
        let mut all: Vec<Id> = built.changes().flat_map(|change| built.ops(change)).collect();
        all.sort_by(|a, b| built.chains.tree_order(*a, *b));
        for (index, op) in all.iter().enumerate() {
            for other in &all[index + 1..] {
                prop_assert_eq!(built.chains.tree_order(*op, *other), Ordering::Less);
                prop_assert_eq!(built.chains.tree_order(*other, *op), Ordering::Greater);
            }
            let below = |id: &&Id| built.chains.on_chain(*op, **id);
            let run = all[index..].iter().take_while(below).count();
            prop_assert_eq!(run, all.iter().filter(below).count());
        }
    }

    #[test]
    fn forgetting_changes_restores_what_was(plan in plans(), keep: prop::sample::Index) {
        let keep = keep.index(plan.len() + 1);
        let whole = build(&plan);
        let (mut cut, kept) = (build(&plan).chains, build(&plan[..keep].to_vec()).chains);
        while cut.len() as usize > keep {
            cut.pop();
        }
        cut.set_highest_time(kept.highest_time());
        prop_assert!(cut == kept, "{cut:?} is not {kept:?}");
        prop_assert_eq!(whole.chains.len() as usize, plan.len());
    }

    /// Through a table every op of its chains has one name, through the lowest entry that holds it.
    #[test]
    fn names_are_unambiguous(plan in plans(), picks: [prop::sample::Index; 12]) {
        let built = build(&plan);
        let count = plan.len();
        let own = ChangeIndex::try_from(picks[0].index(count)).expect("small");
        let mut others: Vec<ChangeIndex> = picks[1..]
            .iter()
            .map(|pick| ChangeIndex::try_from(pick.index(count)).expect("small"))
            .filter(|change| *change != own)
            .collect();
        others.sort_by_key(|change| built.chains.hash_of(*change));
        others.dedup();
        let table = Table::new(&built.chains, Some(own), &others);
        let lines: Vec<Vec<Id>> =
            core::iter::once(&own).chain(&others).map(|change| built.line(*change)).collect();
        for (index, line) in (0u32..).zip(&lines) {
            for op in line {
                let lowest = lines.iter().position(|line| line.contains(op)).expect("in one");
                let name = Name { index, counter: op.counter };
                let resolved = table.resolve(&built.chains, name, u32::MAX).ok();
                let is_lowest = lowest == index as usize;
                prop_assert_eq!(resolved, is_lowest.then_some(*op));
                if is_lowest {
                    prop_assert_eq!(table.name(&built.chains, *op), Some(name));
                }
            }
            let beyond = u32::try_from(line.len()).expect("short");
            if index > 0 {
                let name = Name { index, counter: beyond };
                prop_assert!(table.resolve(&built.chains, name, u32::MAX).is_err());
            }
        }
    }
}

/// Of nested forks every chain begins with all ops above it, and is named through the lowest entry.
#[test]
fn a_name_costs_a_logarithm_in_the_entries() {
    let steps = |depth: u32| {
        let chains = nested(depth);
        let mut tips: Vec<ChangeIndex> = chains.tips().collect();
        tips.sort_by_key(|tip| chains.hash_of(*tip).as_bytes().map(u8::reverse_bits));
        let table = Table::new(&chains, None, &tips);
        let mut ops: Vec<Id> = (0..depth).map(|at| Id { chain: at, counter: at }).collect();
        ops.extend((0..depth).map(|at| Id { chain: at, counter: at + 1 }));
        steps::of(|| {
            for op in ops {
                let name = table.name(&chains, op).expect("every op is on a chain of the table");
                assert_eq!(table.resolve(&chains, name, u32::MAX).ok(), Some(op));
            }
        })
    };
    let (made, asked) = (1000 * 11, 2 * 1000 * 2 * 11);
    assert!(
        steps(1000) <= made + asked,
        "the entries are sorted, then two binary searches for each"
    );
}

/// What lies beyond some changes is found without a look at what does not.
#[test]
fn what_is_beyond_costs_the_chains_and_what_is_found() {
    for (what, made) in [("a fan", fan as fn(u32) -> Chains), ("nested forks", nested)] {
        for keep in [0, 1, 2] {
            steps::assert_even(&format!("{what}, {keep} of 2 tips are known"), |count| {
                let chains = made(count);
                let tips: Vec<ChangeIndex> = chains.tips().collect();
                let known: Vec<_> = tips.iter().copied().filter(|tip| tip % 2 < keep).collect();
                steps::of(|| assert_eq!(chains.beyond(&known).is_empty(), keep == 2))
            });
        }
    }
    // Two authors take turns, so that no two changes lie in one streak.
    let mut chains = Chains::default();
    for number in 0..1000_u32 {
        let prev = number.checked_sub(2);
        let hash = ChangeHash([1; 32]);
        let next = chains.next_after(prev);
        let time = number + 1;
        let author = AuthorIndex::new(number % 2);
        append(&mut chains, NewChange { hash, author, next, time, counters: 1 });
    }
    let steps = steps::of(|| assert_eq!(chains.beyond(&[996, 997]), [998, 999]));
    assert!(steps <= 4, "{steps}");
}

/// A change over many heads of one author, whose chains all begin apart or all within each other.
#[test]
fn a_table_of_many_entries_is_made_evenly() {
    for (what, made) in [("a fan", fan as fn(u32) -> Chains), ("nested forks", nested)] {
        steps::assert_even(what, |count| {
            let chains = made(count);
            let tips: Vec<ChangeIndex> = chains.tips().collect();
            steps::of(|| drop(Table::new(&chains, None, &tips)))
        });
    }
}
