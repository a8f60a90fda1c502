//! What lies between two versions.

use crate::history::format::numbers::ChangeIndex;
use crate::history::store::Store;
use crate::sorted::{SortedMap, SortedSet};

/// The heads of a version, ascending: none of them depends on another.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub(crate) struct Version(Vec<ChangeIndex>);

impl Version {
    pub(crate) fn heads(&self) -> &[ChangeIndex] {
        &self.0
    }

    /// The version with more changes, which come after all that they depend on.
    pub(crate) fn with(&self, store: &Store, gained: &[ChangeIndex]) -> Self {
        let mut heads: SortedSet<ChangeIndex> = self.0.iter().copied().collect();
        for change in gained {
            for below in store.below(*change) {
                heads.remove(&below);
            }
            heads.insert(*change);
        }
        Self(heads.into_iter().collect())
    }
}

/// What one goes through from one version to another.
#[derive(Debug)]
pub(crate) struct Way {
    /// What the other has and the first has not, in order of admission.
    pub(crate) gained: Vec<ChangeIndex>,
    /// What the first has and the other has not, in order of admission.
    pub(crate) lost: Vec<ChangeIndex>,
}

/// Which of two versions a change is known to be in.
#[derive(Clone, Copy, Default)]
struct Sides {
    from: bool,
    to: bool,
}

impl Way {
    /// From one version to another, each given by changes that it has with all that they depend on.
    ///
    /// The order of admission is topological, so nothing that is still to be looked at leads to the
    /// newest of it. Where all that is left is in both versions, so is all below it: it costs
    /// O(log n) for each change of either version that came here after the oldest one that differs.
    pub(crate) fn between(store: &Store, from: &[ChangeIndex], to: &[ChangeIndex]) -> Self {
        if from.is_empty() {
            return Self { gained: below(store, to), lost: Vec::new() };
        }
        let mut way = Self { gained: Vec::new(), lost: Vec::new() };
        let mut open = Open::default();
        for head in from {
            open.add(*head, Sides { from: true, to: false });
        }
        for head in to {
            open.add(*head, Sides { from: false, to: true });
        }
        while let Some((change, sides)) = open.next() {
            #[cfg(test)]
            crate::steps::count();
            match sides {
                Sides { from: true, to: false } => way.lost.push(change),
                Sides { from: false, to: true } => way.gained.push(change),
                _ => {}
            }
            store.below(change).for_each(|below| open.add(below, sides));
        }
        way.gained.reverse();
        way.lost.reverse();
        way
    }
}

/// Some changes and all that they depend on, in order of admission. Where that is much, marking
/// what is below costs less than searching for it.
fn below(store: &Store, heads: &[ChangeIndex]) -> Vec<ChangeIndex> {
    let end = heads.iter().max().map_or(0, |newest| newest + 1);
    let mut is_below = vec![false; end as usize];
    for head in heads {
        is_below[*head as usize] = true;
    }
    for change in (0..end).rev() {
        if is_below[change as usize] {
            store.below(change).for_each(|below| is_below[below as usize] = true);
        }
    }
    (0..).zip(is_below).filter_map(|(change, is_below)| is_below.then_some(change)).collect()
}

/// What is still to be looked at.
#[derive(Default)]
struct Open {
    changes: SortedMap<ChangeIndex, Sides>,
    /// How many of them are in one version alone, as far as is known.
    undecided: usize,
}

impl Open {
    fn add(&mut self, change: ChangeIndex, sides: Sides) {
        let known = self.changes.entry(change).or_default();
        let was = known.from != known.to;
        *known = Sides { from: known.from || sides.from, to: known.to || sides.to };
        self.undecided += usize::from(known.from != known.to);
        self.undecided -= usize::from(was);
    }

    /// The newest one, unless all are in both versions.
    fn next(&mut self) -> Option<(ChangeIndex, Sides)> {
        if self.undecided == 0 {
            return None;
        }
        let (change, sides) = self.changes.pop_last()?;
        self.undecided -= usize::from(sides.from != sides.to);
        Some((change, sides))
    }
}
