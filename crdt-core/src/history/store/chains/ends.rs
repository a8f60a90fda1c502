//! Where chains end, and what lies beyond some places on them.

use core::ops::Range;

use super::Chains;
use crate::history::format::numbers::{
    AuthorIndex, BranchIndex, ChangeIndex, Number as _, StreakIndex,
};
use crate::sorted::order;
#[cfg(test)]
use crate::steps;

impl Chains {
    /// The last change of every branch.
    pub(crate) fn tips(&self) -> impl Iterator<Item = ChangeIndex> {
        self.branches.all().as_slice().iter().filter_map(|branch| self.last_change(branch))
    }

    /// The numbers along their chain of the changes on a branch.
    pub(crate) fn seqs_of(&self, branch: BranchIndex) -> Range<u32> {
        let branch = self.branches.get(branch);
        let first = branch.streaks.first().map_or(0, |first| self.streaks.get(*first).seq);
        first..self.last_change(branch).map_or(first, |last| self.seq_of(last) + 1)
    }

    /// The change on a branch with a number along its chain. O(log n).
    pub(crate) fn numbered(&self, branch: BranchIndex, seq: u32) -> Option<ChangeIndex> {
        let streaks = self.branches.get(branch).streaks.as_slice();
        let passed = streaks.partition_point(|number| self.streaks.get(*number).seq <= seq);
        let number = *streaks.get(passed.checked_sub(1)?)?;
        let streak = self.streaks.get(number);
        let change = streak.first.checked_add(seq - streak.seq)?;
        (change < self.streaks.end(number)).then_some(change)
    }

    /// The last change of every branch of an author. O(branches).
    pub(crate) fn tips_of_author(&self, author: AuthorIndex) -> impl Iterator<Item = ChangeIndex> {
        let own =
            self.branches.all().as_slice().iter().filter(move |branch| branch.author == author);
        own.filter_map(|branch| self.last_change(branch))
    }

    /// The changes that are neither among `ends` nor before one of these on its chain, ascending.
    /// Looks at every branch, and at no change but these.
    pub(crate) fn beyond(&self, ends: &[ChangeIndex]) -> Vec<ChangeIndex> {
        let branches = self.branches.all();
        let mut ended: Vec<Option<ChangeIndex>> = vec![None; branches.count() as usize];
        for end in ends {
            let on_branch = &mut ended[self.branch_of(*end).place()];
            *on_branch = (*on_branch).max(Some(*end));
        }
        let mut beyond = Vec::new();
        // A branch is opened after its parent.
        for number in branches.numbers().rev() {
            #[cfg(test)]
            steps::count();
            let (branch, end) = (&branches[number], ended[number.place()]);
            if let (Some(_), Some(parent)) = (end, branch.parent) {
                let on_parent = &mut ended[parent.place()];
                *on_parent = (*on_parent).max(branch.prev);
            }
            let passed = |streak: &StreakIndex| Some(self.streaks.end(*streak) - 1) <= end;
            let streaks = branch.streaks.as_slice();
            for streak in &streaks[streaks.partition_point(passed)..] {
                #[cfg(test)]
                steps::count();
                let first = self.streaks.get(*streak).first;
                beyond.extend(first.max(end.map_or(0, |end| end + 1))..self.streaks.end(*streak));
            }
        }
        order::sort(&mut beyond);
        beyond
    }
}
