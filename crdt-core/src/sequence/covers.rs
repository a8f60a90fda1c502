//! Which deletes stand, and which counters they cover.
//!
//! A delete covers counters `start..end` of a chain: in the tree of its author's branches, the
//! positions on the way from the last of them up to the first. So how many deletes cover a position
//! is a sum over everything below it: one for every delete whose last position lies there, less one
//! for every delete whose first position lies beyond it. In [tree order](Chains::tree_order) what
//! lies below a position is consecutive, and a B-tree has its sum in O(log n), however deep an
//! author nests forks.

use super::order::{OpOrder, Stamp};
use crate::btree::{Combine, Cursor, Entry, Summary, Tree};
use crate::history::Chains;
use crate::op::{Id, IdRange, Standing};
use crate::sorted::SortedMap;
use crate::sorted::order;

/// All deletes of a sequence, by the names of their ops.
#[derive(Clone, Default, Debug)]
pub(super) struct Covers {
    all: SortedMap<Id, Cover>,
    /// Of those that stand.
    weights: Tree<Weight>,
    /// What came to be covered, or not to be, and has not been [settled](Self::settle).
    stirred: Vec<IdRange>,
    /// What was covered when it was settled last: of each branch disjoint ranges of counters, from
    /// the first to one past the last.
    covered: SortedMap<Id, u32>,
}

/// A delete.
#[derive(Clone, Copy, Debug)]
struct Cover {
    range: IdRange,
    ruling: Option<Ruling>,
}

/// The highest op that annuls another, or lets it stand again.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Ruling {
    by: Stamp,
    standing: Standing,
}

impl Ruling {
    /// That of an op, which came at a time.
    pub(crate) fn new((id, time): (Id, u32), standing: Standing) -> Self {
        Self { by: Stamp { time, id }, standing }
    }

    /// Whether what this is the ruling on stands.
    pub(crate) fn stands(ruling: Option<Self>) -> bool {
        Self::standing(ruling) == Standing::Stands
    }

    /// As what it stands.
    pub(crate) fn standing(ruling: Option<Self>) -> Standing {
        ruling.map_or(Standing::Stands, |ruling| ruling.standing)
    }

    /// Whether it is above another one.
    pub(crate) fn overrides<O: OpOrder + ?Sized>(self, other: Option<Self>, order: &O) -> bool {
        other.is_none_or(|other| self.by.exceeds(other.by, order))
    }
}

impl Covers {
    /// Sets what an op deletes on which nobody has ruled, or that it deletes nothing. Returns what
    /// it deleted before. O(log n).
    pub(super) fn set(
        &mut self,
        op: Id,
        range: Option<IdRange>,
        chains: &Chains,
    ) -> Option<IdRange> {
        let before = match range {
            Some(range) => self.all.insert(op, Cover { range, ruling: None }),
            None => self.all.remove(&op),
        };
        if let Some(Cover { range, .. }) = before {
            self.weigh(range, -1, chains);
        }
        if let Some(range) = range {
            self.weigh(range, 1, chains);
        }
        before.map(|cover| cover.range)
    }

    /// Rules on an op, if that is a delete of this sequence. Says whether it is one. O(log n).
    pub(super) fn rule(&mut self, op: Id, ruling: Ruling, chains: &Chains) -> bool {
        let Some(cover) = self.all.get_mut(&op) else { return false };
        if !ruling.overrides(cover.ruling, chains) {
            return true;
        }
        let stood = Ruling::stands(cover.ruling.replace(ruling));
        let range = cover.range;
        match (stood, Ruling::stands(Some(ruling))) {
            (true, false) => self.weigh(range, -1, chains),
            (false, true) => self.weigh(range, 1, chains),
            _ => return true,
        }
        self.stir(range);
        true
    }

    /// Whether a delete stands, if it is one of this sequence.
    pub(super) fn standing_of(&self, op: Id) -> Option<Standing> {
        self.all.get(&op).map(|cover| Ruling::standing(cover.ruling))
    }

    /// Notes that some counters may have come to be covered, or not to be.
    pub(super) fn stir(&mut self, range: IdRange) {
        self.stirred.push(range);
        // There are no more ranges than deletes, however often these are ruled on.
        if self.stirred.len() > 2 * self.all.len() + 16 {
            order::sort_by_key(&mut self.stirred, |range| (range.chain, range.start, range.end));
            self.stirred.dedup();
        }
    }

    /// Whether there is nothing to settle.
    pub(super) fn is_settled(&self) -> bool {
        self.stirred.is_empty()
    }

    /// Hands out what has changed since the last time, in parts that are covered now or are not any
    /// more. O(log n) for each delete that begins or ends there, each branch that it passes, and
    /// each branch that leaves one of these there.
    pub(super) fn settle(&mut self, chains: &Chains) -> Vec<(IdRange, bool)> {
        let (mut parts, mut changed) = (Vec::new(), Vec::new());
        for range in on_branches(core::mem::take(&mut self.stirred), chains) {
            self.parts_of(range, chains, &mut parts);
        }
        for (range, covered) in parts {
            let found = self.set_covered(range, covered);
            changed.extend(found.into_iter().map(|range| (range, covered)));
        }
        changed
    }

    /// Notes of counters of one branch that they are covered, or are not. Returns those of them
    /// that were otherwise. O(log n) for each range of these.
    pub(super) fn set_covered(&mut self, range: IdRange, covered: bool) -> Vec<IdRange> {
        let IdRange { chain, start, end } = range;
        let id = |counter| Id { chain, counter };
        // All known ranges that touch this one are taken out, and what comes of them put back.
        let (mut first, mut last, mut known) = (start, end, Vec::new());
        while let Some((&at, &until)) = self.covered.range(..=id(end)).next_back()
            && at.chain == chain
            && until >= start
        {
            self.covered.remove(&at);
            (first, last) = (first.min(at.counter), last.max(until));
            known.push((at.counter.max(start), until.min(end)));
        }
        if covered {
            self.covered.insert(id(first), last);
        } else {
            for (from, to) in [(first, start), (end, last)] {
                if from < to {
                    self.covered.insert(id(from), to);
                }
            }
        }
        let (mut otherwise, mut from) = (Vec::new(), start);
        for (known_start, known_end) in known.into_iter().rev() {
            let (between, there) = ((from, known_start), (known_start, known_end));
            let (start, end) = if covered { between } else { there };
            if start < end {
                otherwise.push(IdRange { chain, start, end });
            }
            from = known_end.max(from);
        }
        if covered && from < end {
            otherwise.push(IdRange { chain, start: from, end });
        }
        otherwise
    }

    /// Adds the weight of a delete.
    fn weigh(&mut self, range: IdRange, weight: i64, chains: &Chains) {
        if range.start == range.end {
            return;
        }
        let on_chain = |counter: u32| {
            let piece = chains.last_piece(range.chain, counter, counter + 1);
            Id { chain: piece.chain, counter }
        };
        self.put(on_chain(range.end - 1), weight, chains);
        if let Some(before) = range.start.checked_sub(1) {
            self.put(on_chain(before), -weight, chains);
        }
    }

    fn put(&mut self, at: Id, weight: i64, chains: &Chains) {
        let gap = self.gap_before(at, chains);
        let found = self.weights.entry_at(gap).filter(|found| self.weights.get(*found).at == at);
        let Some(found) = found else {
            self.weights.insert(gap, [Weight { at, weight }], chains, |_, _| {});
            return;
        };
        self.weights.amend(found, |entry| entry.weight += weight);
        if self.weights.get(found).weight == 0 {
            self.weights.remove(found, chains);
        }
    }

    /// The gap before a position in tree order.
    fn gap_before(&self, at: Id, chains: &Chains) -> Cursor {
        let before = |last: &Below| chains.tree_order(last.last, at).is_lt();
        self.weights.find(before).unwrap_or_else(|| self.weights.end())
    }

    /// The gap behind everything below a position.
    fn gap_behind(&self, at: Id, chains: &Chains) -> Cursor {
        let passes = |last: &Below| {
            chains.tree_order(last.last, at).is_lt() || chains.on_chain(at, last.last)
        };
        self.weights.find(passes).unwrap_or_else(|| self.weights.end())
    }

    fn sum_before(&self, gap: Cursor) -> i64 {
        let mut sum = 0;
        self.weights.before(gap, |part| sum += part.sum);
        sum
    }

    /// Cuts counters of one branch into parts that are covered or not, from the last one to the
    /// first.
    fn parts_of(&self, range: IdRange, chains: &Chains, parts: &mut Vec<(IdRange, bool)>) {
        let IdRange { chain, start, end } = range;
        let Some(last) = end.checked_sub(1) else { return };
        let id = |counter| Id { chain, counter };
        let (from, to) = (self.gap_before(id(start), chains), self.gap_before(id(last), chains));
        let mut count = self.sum_before(self.gap_behind(id(last), chains)) - self.sum_before(to);
        // What hangs on the branch between its first position and its last one adds to the sums
        // of all before it.
        let (mut steps, mut next): (Vec<(u32, i64)>, _) = (Vec::new(), self.weights.entry_at(from));
        while let Some(found) = next {
            let Weight { at, weight } = *self.weights.get(found);
            if chains.tree_order(at, id(last)).is_ge() {
                break;
            }
            // What is on another branch is passed over with all that hangs at the same position.
            let position = chains.last_shared(id(last), at);
            let (gap, weight) = if at.chain == chain {
                (found.gap_after(), weight)
            } else {
                let gap = self.gap_before(id(position + 1), chains);
                (gap, self.sum_before(gap) - self.sum_before(found))
            };
            next = self.weights.entry_at(gap);
            match steps.last_mut() {
                Some((known, sum)) if *known == position => *sum += weight,
                _ => steps.push((position, weight)),
            }
        }
        let mut upper = end;
        for (position, weight) in steps.into_iter().rev().chain([(start.wrapping_sub(1), 0)]) {
            let lower = position.wrapping_add(1);
            let covered = count > 0;
            count += weight;
            if (count > 0) != covered || lower == start {
                if lower < upper {
                    parts.push((IdRange { chain, start: lower, end: upper }, covered));
                }
                upper = lower;
            }
        }
    }
}

/// Counters of chains as disjoint ranges, each on one branch. No branch is walked over twice.
pub(crate) fn on_branches(ranges: Vec<IdRange>, chains: &Chains) -> Vec<IdRange> {
    let mut open: SortedMap<u32, Vec<IdRange>> = SortedMap::new();
    for range in ranges {
        open.entry(range.chain).or_default().push(range);
    }
    let mut all = Vec::new();
    // A branch comes after its parent, so what goes on up there comes before it is looked at.
    while let Some((_, ranges)) = open.pop_last() {
        for range in merged(ranges) {
            let piece = chains.last_piece(range.chain, range.start, range.end);
            if piece.start > range.start {
                let chain = chains.last_piece(range.chain, range.start, piece.start).chain;
                let rest = IdRange { chain, start: range.start, end: piece.start };
                open.entry(chain).or_default().push(rest);
            }
            all.push(piece);
        }
    }
    all
}

/// The counters of ranges of one chain as disjoint ranges.
fn merged(mut ranges: Vec<IdRange>) -> Vec<IdRange> {
    order::sort_by_key(&mut ranges, |range| (range.start, range.end));
    let mut merged: Vec<IdRange> = Vec::new();
    for range in ranges {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// What deletes add to the sums over what lies below a position.
#[derive(Clone, Copy, Debug)]
struct Weight {
    at: Id,
    weight: i64,
}

/// What is known of some weights.
#[derive(Clone, Copy, PartialEq, Default, Debug)]
struct Below {
    /// The last position in tree order.
    last: Id,
    sum: i64,
}

impl Summary for Below {
    fn shift(&mut self, before: &Self, after: &Self) {
        self.sum += after.sum - before.sum;
    }
}

impl Combine<Chains> for Below {
    fn combine(self, other: Self, chains: &Chains) -> Self {
        let later = chains.tree_order(self.last, other.last).is_gt();
        let last = if later { self.last } else { other.last };
        Self { last, sum: self.sum + other.sum }
    }
}

impl Entry for Weight {
    type Summary = Below;
    const LEAF: usize = if cfg!(test) { 4 } else { 16 };
    const INNER: usize = if cfg!(test) { 4 } else { 16 };

    fn summary(&self) -> Below {
        Below { last: self.at, sum: self.weight }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tests::chains::nested;

    /// A delete that is ruled on again and again before anybody looks.
    #[test]
    fn ranges_that_are_stirred_again_are_kept_once() {
        let (chains, mut covers) = (nested(1), Covers::default());
        let op = |counter| Id { chain: 1_000_000, counter };
        covers.set(op(0), Some(IdRange::new(Id { chain: 0, counter: 0 }, 1)), &chains);
        for counter in 1..100 {
            let standing = if counter % 2 == 0 { Standing::Stands } else { Standing::Void };
            covers.rule(op(0), Ruling::new((op(counter), counter), standing), &chains);
        }
        assert!(covers.stirred.len() < 20, "{}", covers.stirred.len());
    }
}
