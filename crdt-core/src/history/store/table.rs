//! The table of a change: which chains its names may point into.

use std::sync::OnceLock;

use super::chains::Chains;
use super::refusal::Refusal;
use crate::history::format::numbers::{AuthorIndex, BranchIndex, ChangeIndex, Number as _};
use crate::op::{Id, IdRange, Name};
use crate::sorted::order;
#[cfg(test)]
use crate::steps;

/// A change's own chain (index 0, the change included) and its dependencies' chains (1 and up),
/// with the counters that are to be named through each.
///
/// Chains of one author can share a beginning. A shared counter is named through the lowest index
/// whose chain holds it, so that every op has exactly one name in a change.
#[derive(Debug)]
pub(crate) struct Table {
    own: Entry,
    others: Vec<Entry>,
    /// Made when a name is first looked for among many entries.
    line: OnceLock<Line>,
}

#[derive(Clone, Copy, Debug)]
struct Entry {
    branch: BranchIndex,
    /// Counters below belong to a lower index.
    from: u32,
    end: u32,
}

impl Entry {
    /// What lies below the first change of a chain.
    const EMPTY: Self = Self { branch: BranchIndex::FIRST, from: 0, end: 0 };

    /// The whole chain that ends with a change.
    fn up_to(chains: &Chains, change: ChangeIndex) -> Self {
        let (branch, end) = chains.end_on_branch(change);
        Self { branch, from: 0, end }
    }

    /// Where its chain ends.
    fn tip(&self) -> Id {
        Id { chain: self.branch.get(), counter: self.end }
    }

    /// Whether an op lies on its chain.
    fn holds(&self, chains: &Chains, id: Id) -> bool {
        #[cfg(test)]
        steps::count();
        id.counter < self.end && chains.branch_at(self.branch, id.counter).get() == id.chain
    }
}

/// Of how many entries on they are not looked through one by one.
const MANY: usize = if cfg!(test) { 2 } else { 8 };

/// The entries of a table in [tree order](Chains::tree_order) of where their chains end. Those
/// whose chains hold an op follow on each other there.
#[derive(Debug)]
struct Line {
    entries: Vec<Entry>,
    /// A tree of minima over their indexes: the leaves are the second half, in the same order, and
    /// above `n` and `n + 1` is `n / 2`.
    lowest: Vec<usize>,
}

impl Line {
    fn of<'a>(chains: &Chains, entries: impl Iterator<Item = &'a Entry>) -> Self {
        let mut line: Vec<(usize, Entry)> = entries.copied().enumerate().collect();
        sort_line(&mut line, chains);
        let (indexes, entries): (Vec<usize>, Vec<Entry>) = line.into_iter().unzip();
        let mut lowest = vec![usize::MAX; entries.len()];
        lowest.extend(indexes);
        for place in (1..entries.len()).rev() {
            lowest[place] = lowest[2 * place].min(lowest[2 * place + 1]);
        }
        Self { entries, lowest }
    }

    /// The lowest index of an entry whose chain holds an op.
    fn lowest(&self, chains: &Chains, id: Id) -> Option<usize> {
        let before = |entry: &Entry| chains.tree_order(entry.tip(), id).is_le();
        let start = self.entries.partition_point(before);
        let holding = self.entries[start..].partition_point(|entry| entry.holds(chains, id));
        (holding > 0).then(|| self.least(start, start + holding))
    }

    /// The lowest index among the entries at some places.
    fn least(&self, start: usize, end: usize) -> usize {
        let (mut start, mut end) = (start + self.entries.len(), end + self.entries.len());
        let mut least = usize::MAX;
        while start < end {
            if start % 2 == 1 {
                least = least.min(self.lowest[start]);
                start += 1;
            }
            if end % 2 == 1 {
                end -= 1;
                least = least.min(self.lowest[end]);
            }
            (start, end) = (start / 2, end / 2);
        }
        least
    }
}

impl Default for Table {
    /// The table of a change that follows nothing.
    fn default() -> Self {
        Self { own: Entry::EMPTY, others: Vec::new(), line: OnceLock::new() }
    }
}

impl Table {
    /// The table of a change whose own chain ends with `own`: the change itself when it has been
    /// appended, its predecessor (if it has one) while it is being written. O(n log n) in the
    /// number of its dependencies, which are given in ascending order of their hashes.
    pub(crate) fn new(
        chains: &Chains,
        own: Option<ChangeIndex>,
        dependencies: &[ChangeIndex],
    ) -> Self {
        let own = own.map(|own| Entry::up_to(chains, own));
        let mut table = Self { own: own.unwrap_or(Entry::EMPTY), ..Self::default() };
        table.depend_on(chains, own, dependencies);
        table
    }

    /// Makes this the table of a change that lies on a branch, to resolve the names in its ops.
    /// They bound its own chain.
    pub(crate) fn enter(
        &mut self,
        chains: &Chains,
        branch: BranchIndex,
        dependencies: &[ChangeIndex],
    ) {
        self.own = Entry { branch, from: 0, end: u32::MAX };
        self.depend_on(chains, Some(self.own), dependencies);
    }

    fn depend_on(&mut self, chains: &Chains, own: Option<Entry>, dependencies: &[ChangeIndex]) {
        self.others.clear();
        self.line.take();
        if dependencies.is_empty() {
            return;
        }
        self.others.extend(dependencies.iter().map(|change| Entry::up_to(chains, *change)));
        match (&*self.others, own) {
            ([_], None) => {}
            ([other], Some(own)) if !have_one_author(chains, other, &own) => {}
            _ => share_out(chains, own, &mut self.others),
        }
    }

    /// The op that a name means. `below` is the counter of the op that names it.
    pub(crate) fn resolve(&self, chains: &Chains, name: Name, below: u32) -> Result<Id, Refusal> {
        let (entry, _) = self.entry(name, below)?;
        let chain = chains.branch_at(entry.branch, name.counter).get();
        Ok(Id { chain, counter: name.counter })
    }

    /// Whether `count` counters from a name on can be named so.
    pub(crate) fn check_range(&self, name: Name, count: u32, below: u32) -> Result<(), Refusal> {
        let (_, end) = self.entry(name, below)?;
        match name.counter.checked_add(count) {
            Some(last) if last <= end => Ok(()),
            _ => Err(Refusal::NameBeyondChain),
        }
    }

    /// The branch down to which the chain runs that holds `count` counters from a name on.
    pub(crate) fn resolve_range(
        &self,
        name: Name,
        count: u32,
        below: u32,
    ) -> Result<BranchIndex, Refusal> {
        self.check_range(name, count, below)?;
        let (entry, _) = self.entry(name, below)?;
        Ok(entry.branch)
    }

    /// The entry a name goes through and the end of what it may name.
    fn entry(&self, name: Name, below: u32) -> Result<(Entry, u32), Refusal> {
        let entry = match name.index.checked_sub(1) {
            None => self.own,
            Some(other) => *self.others.get(other as usize).ok_or(Refusal::NameOutsideTable)?,
        };
        let end = if name.index == 0 { below } else { entry.end };
        if name.counter >= end {
            return Err(Refusal::NameBeyondChain);
        }
        if name.counter < entry.from { Err(Refusal::AmbiguousName) } else { Ok((entry, end)) }
    }

    /// How far from its first counter on a range of one branch can be named as the first counter
    /// is: up to where that entry ends or its chain leaves the branch.
    pub(crate) fn reach(&self, chains: &Chains, range: IdRange) -> u32 {
        let first = Id { chain: range.chain, counter: range.start };
        let Some(Name { index, .. }) = self.name(chains, first) else {
            return range.end;
        };
        let entry = match index.checked_sub(1) {
            None => self.own,
            Some(other) => self.others[other as usize],
        };
        let first = (BranchIndex::new(range.chain), range.end);
        chains.shared(first, (entry.branch, entry.end))
    }

    /// The lowest index through which an op can be named, if there is one. O(log n), but for the
    /// first time, which is O(n log n).
    pub(crate) fn name(&self, chains: &Chains, id: Id) -> Option<Name> {
        let index = if self.others.len() < MANY {
            self.entries().position(|entry| entry.holds(chains, id))?
        } else {
            self.line.get_or_init(|| Line::of(chains, self.entries())).lowest(chains, id)?
        };
        Some(Name { index: u32::try_from(index).ok()?, counter: id.counter })
    }

    /// All entries, by their index.
    fn entries(&self) -> impl Iterator<Item = &Entry> {
        core::iter::once(&self.own).chain(&self.others)
    }
}

/// Sorts entries, each with its index, into the [tree order](Chains::tree_order) of where their
/// chains end. A sort is much code, so there is one for all lines.
fn sort_line(line: &mut [(usize, Entry)], chains: &Chains) {
    order::sort_by(line, |one, other| {
        chains.tree_order(one.1.tip(), other.1.tip()).then(one.0.cmp(&other.0))
    });
}

/// Whether two chains are of one author: only those can share a beginning.
fn have_one_author(chains: &Chains, one: &Entry, other: &Entry) -> bool {
    chains.author_of(one.branch) == chains.author_of(other.branch)
}

/// Gives every shared counter to the lowest entry that has it.
///
/// The entries of one author are sorted by tree order. What a chain shares with others, it shares
/// with one of its two neighbours there; so entries are taken out of the line from the highest on,
/// each when only lower ones are left beside it.
fn share_out(chains: &Chains, own: Option<Entry>, others: &mut [Entry]) {
    let author = |entry: &Entry| chains.author_of(entry.branch);
    let mut line: Vec<(AuthorIndex, Option<usize>, Entry)> =
        own.iter().map(|own| (author(own), None, *own)).collect();
    line.extend(
        others.iter().enumerate().map(|(index, entry)| (author(entry), Some(index), *entry)),
    );
    order::sort_by_key(&mut line, |(author, index, _)| (*author, *index));
    for of_author in line.chunk_by(|a, b| a.0 == b.0).filter(|line| line.len() > 1) {
        share_line(chains, of_author, others);
    }
}

/// Shares out among the entries of one author, ascending by their place among the others (none for
/// the change's own chain, which is below all).
fn share_line(
    chains: &Chains,
    entries: &[(AuthorIndex, Option<usize>, Entry)],
    others: &mut [Entry],
) {
    let mut line: Vec<(usize, Entry)> =
        entries.iter().map(|(.., entry)| *entry).enumerate().collect();
    sort_line(&mut line, chains);
    let mut before = vec![usize::MAX; entries.len()];
    let mut after = before.clone();
    for neighbours in line.windows(2) {
        let (left, right) = (neighbours[0].0, neighbours[1].0);
        (after[left], before[right]) = (right, left);
    }
    for (place, (_, index, entry)) in entries.iter().enumerate().rev() {
        let (left, right) = (before[place], after[place]);
        let shared = [left, right]
            .into_iter()
            .filter_map(|other| entries.get(other))
            .map(|(.., other)| chains.shared((other.branch, other.end), (entry.branch, entry.end)));
        if let Some(index) = *index {
            others[index].from = shared.fold(0, u32::max);
        }
        if let Some(next) = after.get_mut(left) {
            *next = right;
        }
        if let Some(previous) = before.get_mut(right) {
            *previous = left;
        }
    }
}
