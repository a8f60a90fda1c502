//! From changes to where they lie on their chains.

use crate::history::format::numbers::{
    BranchIndex, ChangeIndex, Full, Number as _, Numbered, StreakIndex, StreakPlace,
};

/// Changes per block, a power of two.
const BLOCK: u32 = 64;

/// Changes that follow on each other along a branch, were admitted one right after the other, take
/// equally many counters each, and are each at a time one higher than the one before. However many
/// they are, they take the space of one.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct Streak {
    pub(crate) first: ChangeIndex,
    pub(crate) branch: BranchIndex,
    /// Its place among the streaks of the branch.
    pub(crate) place: StreakPlace,
    /// Of the first change: number along the chain, time, and counter of the first op.
    pub(crate) seq: u32,
    pub(crate) time: u32,
    pub(crate) start: u32,
    /// The counters that each change takes.
    pub(crate) step: u32,
}

/// All changes in order of admission, as streaks.
#[derive(Clone, Debug, Default)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct Streaks {
    all: Numbered<StreakIndex, Streak>,
    /// How many changes there are.
    changes: ChangeIndex,
    /// Of every block of changes, the streak of its first one, so that finding a streak takes no
    /// longer where there are many.
    blocks: Vec<StreakIndex>,
}

impl Streak {
    fn offset(&self, change: ChangeIndex) -> u32 {
        change - self.first
    }

    pub(crate) fn seq_of(&self, change: ChangeIndex) -> u32 {
        self.seq + self.offset(change)
    }

    pub(crate) fn time_of(&self, change: ChangeIndex) -> u32 {
        self.time + self.offset(change)
    }

    pub(crate) fn start_of(&self, change: ChangeIndex) -> u32 {
        self.start + self.offset(change) * self.step
    }

    pub(crate) fn end_of(&self, change: ChangeIndex) -> u32 {
        self.start_of(change) + self.step
    }
}

impl Streaks {
    pub(crate) fn changes(&self) -> ChangeIndex {
        self.changes
    }

    /// All with how many changes each is.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Streak, u32)> {
        self.all.iter().map(|(number, streak)| (streak, self.end(number) - streak.first))
    }

    /// The streak with a number.
    pub(crate) fn get(&self, number: StreakIndex) -> &Streak {
        &self.all[number]
    }

    /// The change after the last one of a streak.
    pub(crate) fn end(&self, number: StreakIndex) -> ChangeIndex {
        self.all.as_slice().get(number.place() + 1).map_or(self.changes, |next| next.first)
    }

    /// The number of the streak of a change, which is here.
    pub(crate) fn number_of(&self, change: ChangeIndex) -> StreakIndex {
        // Most often it is asked for the newest.
        if let Some(last) = self.all.last()
            && last.first <= change
        {
            return StreakIndex::new(self.all.count() - 1);
        }
        let block = (change / BLOCK) as usize;
        let first = self.blocks[block];
        let last = self.blocks.get(block + 1).map_or(self.all.count() - 1, |next| next.get());
        let from = StreakIndex::new(first.get() + 1);
        let later =
            self.all.passed(from, StreakIndex::new(last + 1), |streak| streak.first <= change);
        StreakIndex::new(later.get() - 1)
    }

    /// The streak of a change.
    pub(crate) fn of(&self, change: ChangeIndex) -> &Streak {
        self.get(self.number_of(change))
    }

    /// Appends changes as a streak, or to the last one if they go on with it. Says which number
    /// the streak has if it is a new one.
    pub(crate) fn push(&mut self, new: Streak, count: u32) -> Result<Option<StreakIndex>, Full> {
        debug_assert_eq!(new.first, self.changes, "changes are appended");
        let changes = self.changes.checked_add(count).ok_or(Full)?;
        let goes_on = self.all.last().is_some_and(|last| {
            last.branch == new.branch
                && last.step == new.step
                && last.time_of(new.first) == new.time
        });
        let opened = if goes_on { None } else { Some(self.all.push(new)?) };
        let number = StreakIndex::new(self.all.count() - 1);
        self.changes = changes;
        let blocks = self.changes.div_ceil(BLOCK) as usize;
        if blocks > self.blocks.len() {
            self.blocks.resize(blocks, number);
        }
        Ok(opened)
    }

    /// Forgets the newest change. Says whether its streak is gone with it, and gives that streak.
    pub(crate) fn pop(&mut self) -> Option<(Streak, bool)> {
        let last = *self.all.last()?;
        self.changes -= 1;
        self.blocks.truncate(self.changes.div_ceil(BLOCK) as usize);
        let is_gone = last.first == self.changes;
        if is_gone {
            self.all.pop();
        }
        Some((last, is_gone))
    }

    /// Of the streaks with these numbers, which lie on one branch, the last change that begins at
    /// or before a counter.
    pub(crate) fn change_at(&self, numbers: &[StreakIndex], counter: u32) -> Option<ChangeIndex> {
        let passed = numbers.partition_point(|number| self.get(*number).start <= counter);
        let number = numbers[passed.checked_sub(1)?];
        let (streak, last) = (self.get(number), self.end(number) - 1);
        // Of changes that take no counters all begin there.
        let offset = (counter - streak.start).checked_div(streak.step);
        Some(offset.map_or(last, |offset| streak.first.saturating_add(offset).min(last)))
    }
}
