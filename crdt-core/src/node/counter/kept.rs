//! A counter of which nothing is let go of, since what was taken back may come to stand again.

use std::sync::OnceLock;

use crate::history::Chains;
use crate::op::{Id, IdRange, Standing};
use crate::sequence::{Ruling, on_branches};
use crate::sorted::SortedMap;

/// All that was ever added, and all resets.
#[derive(Debug, Default)]
pub(super) struct Kept {
    adds: SortedMap<Id, Written<i64>>,
    /// What each annuls of other chains than its own.
    resets: SortedMap<Id, Written<Vec<Id>>>,
    /// What they come to, found out by who asks first.
    standing: OnceLock<Sum>,
}

/// An op, and the highest that rules on it.
#[derive(Debug)]
struct Written<V> {
    value: V,
    ruling: Option<Ruling>,
}

/// The adds that stand.
#[derive(Debug, Default)]
pub(super) struct Sum {
    pub(super) adds: SortedMap<Id, i64>,
    pub(super) sum: i128,
}

impl<V> Written<V> {
    fn new(value: V) -> Self {
        Self { value, ruling: None }
    }

    fn stands(&self) -> bool {
        Ruling::stands(self.ruling)
    }

    /// Whether it stands from now on and did not before, or the other way round.
    fn rule(&mut self, ruling: Ruling, chains: &Chains) -> bool {
        let stood = self.stands();
        if ruling.overrides(self.ruling, chains) {
            self.ruling = Some(ruling);
        }
        stood != self.stands()
    }
}

impl Kept {
    /// The adds that stand. O(1), but O(n log n) after a reset or an annul.
    pub(super) fn standing(&self, chains: &Chains) -> &Sum {
        self.standing.get_or_init(|| self.add_up(chains))
    }

    pub(super) fn add(&mut self, id: Id, delta: i64) {
        self.adds.insert(id, Written::new(delta));
        // A reset annuls what its author had seen, so none annuls this.
        if let Some(standing) = self.standing.get_mut() {
            standing.adds.insert(id, delta);
            standing.sum += i128::from(delta);
        }
    }

    pub(super) fn take_back_add(&mut self, id: Id) {
        self.adds.remove(&id);
        if let Some(standing) = self.standing.get_mut() {
            standing.sum -= standing.adds.remove(&id).map_or(0, i128::from);
        }
    }

    pub(super) fn reset(&mut self, id: Id, annuls: &[Id]) {
        self.resets.insert(id, Written::new(annuls.to_vec()));
        self.standing = OnceLock::new();
    }

    pub(super) fn take_back_reset(&mut self, id: Id) {
        self.resets.remove(&id);
        self.standing = OnceLock::new();
    }

    /// Lets an op, which came at a time, rule on others. O(log n) for each.
    pub(super) fn rule(
        &mut self,
        names: &[Id],
        by: (Id, u32),
        standing: Standing,
        chains: &Chains,
    ) {
        let ruling = Ruling::new(by, standing);
        for name in names {
            let add = self.adds.get_mut(name).is_some_and(|add| add.rule(ruling, chains));
            let reset = self.resets.get_mut(name).is_some_and(|reset| reset.rule(ruling, chains));
            if add || reset {
                self.standing = OnceLock::new();
            }
        }
    }

    /// Whether an add or a reset stands, if it is one.
    pub(super) fn standing_of(&self, name: Id) -> Option<Standing> {
        let ruling = self.adds.get(&name).map(|add| add.ruling);
        let ruling = ruling.or_else(|| self.resets.get(&name).map(|reset| reset.ruling));
        ruling.map(Ruling::standing)
    }

    /// Whether nothing was ever written.
    pub(super) fn is_blank(&self) -> bool {
        self.adds.is_empty() && self.resets.is_empty()
    }

    fn add_up(&self, chains: &Chains) -> Sum {
        let adds = self.adds.iter().filter(|(_, add)| add.stands());
        let mut adds: SortedMap<Id, i64> = adds.map(|(id, add)| (*id, add.value)).collect();
        let resets = self.resets.iter().filter(|(_, reset)| reset.stands());
        let up_to = resets.flat_map(|(id, reset)| reset.value.iter().chain([id]));
        let ranges = up_to.map(|last| IdRange {
            chain: last.chain,
            start: 0,
            end: last.counter.saturating_add(1),
        });
        for IdRange { chain, start, end } in on_branches(ranges.collect(), chains) {
            let within = Id { chain, counter: start }..Id { chain, counter: end };
            let gone: Vec<Id> = adds.range(within).map(|(id, _)| *id).collect();
            for id in gone {
                adds.remove(&id);
            }
        }
        let sum = adds.values().copied().map(i128::from).sum();
        Sum { adds, sum }
    }
}
