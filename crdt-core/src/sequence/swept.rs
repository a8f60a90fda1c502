//! Counters of which a node is known to hold nothing.

use crate::history::Chains;
use crate::op::{Id, IdRange};
use crate::sorted::SortedMap;
#[cfg(test)]
use crate::steps;

/// Merged intervals of counters of which nothing is left, nor ever will be: ops arrive after what
/// they depend on, so what an op can name and is not there never comes.
///
/// Only what was costly to look through is remembered, so that it is not looked through again.
#[derive(Clone, Default, Debug)]
pub(crate) struct Swept {
    /// From the first counter of an interval to one past its last.
    ends: SortedMap<Id, u32>,
}

impl Swept {
    /// The end of the interval that holds `id`.
    pub(super) fn end_of(&self, id: Id) -> Option<u32> {
        let (start, &end) = self.ends.range(..=id).next_back()?;
        (start.chain == id.chain && id.counter < end).then_some(end)
    }

    /// The beginning of the interval that holds `id`.
    fn start_of(&self, id: Id) -> Option<u32> {
        let (start, &end) = self.ends.range(..=id).next_back()?;
        (start.chain == id.chain && id.counter < end).then_some(start.counter)
    }

    /// Adds an interval and merges those it touches into it.
    pub(super) fn add(&mut self, range: IdRange) {
        let chain = range.chain;
        let (mut start, mut end) = (range.start, range.end);
        while let Some((&last, &its_end)) =
            self.ends.range(..=Id { chain, counter: end }).next_back()
        {
            if last.chain != chain || its_end < start {
                break;
            }
            (start, end) = (start.min(last.counter), end.max(its_end));
            self.ends.remove(&last);
        }
        self.ends.insert(Id { chain, counter: start }, end);
    }
}

/// What is known to be deleted along chains: of each branch, counters of the chain that runs down
/// to it, whichever branches these lie on.
///
/// An op can name a range of a chain, and an author can nest forks as deep as it likes, so that the
/// range passes through very many branches. Walking up the chain is remembered on every branch it
/// passed, and whoever comes to one of these later, from whichever fork, goes on where that walk
/// ended.
#[derive(Clone, Default, Debug)]
pub(crate) struct SweptAlong(Swept);

impl SweptAlong {
    /// Sweeps counters of the chain that runs down to a branch: gives the pieces of them, each on
    /// one branch, in which there may be something, for the caller to let go of all that is there.
    /// `held` gives the first branch from a number on of which the caller holds anything.
    ///
    /// Costs, in steps of O(log n), the branches of which something is held or those of the chain
    /// that have not been swept yet, whichever are fewer. No branch is walked over twice.
    pub(crate) fn sweep(
        &mut self,
        range: IdRange,
        chains: &Chains,
        held: impl Fn(u32) -> Option<u32>,
    ) -> Vec<IdRange> {
        let IdRange { chain, start, end } = range;
        let (mut on_chain, mut on_held) = (Vec::new(), Vec::new());
        let (mut passed, mut left, mut here) = (Vec::new(), end, chain);
        let mut next = held(0);
        let all_held = loop {
            #[cfg(test)]
            steps::count();
            let Some(found) = next else { break true };
            if left <= start {
                break false;
            }
            on_held.extend(chains.piece_on(chain, found, start, end));
            next = held(found + 1);
            let piece = chains.last_piece(here, start, left);
            passed.push(IdRange { start, ..piece });
            here = piece.chain;
            left = if let Some(swept) = self.swept_from(here, left) {
                swept.max(start)
            } else {
                on_chain.push(piece);
                piece.start
            };
        };
        // A range on one branch is looked through where its elements lie.
        if passed.len() > 1 {
            for range in passed {
                self.0.add(range);
            }
        }
        if all_held { on_held } else { on_chain }
    }

    /// Where the counters begin that end before `end` on the chain down to a branch and are swept.
    fn swept_from(&self, branch: u32, end: u32) -> Option<u32> {
        self.0.start_of(Id { chain: branch, counter: end.checked_sub(1)? })
    }
}
