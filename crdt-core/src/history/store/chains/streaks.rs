//! From changes to where they lie on their chains.

use crate::history::store::chains::ChangeIndex;

/// Changes per block, a power of two.
const BLOCK: u32 = 64;

/// Changes that follow on each other along a segment, were admitted one right after the other, take
/// equally many counters each, and are each at a time one higher than the one before. However many
/// they are, they take the space of one.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct Streak {
    pub(crate) first: ChangeIndex,
    pub(crate) segment: u32,
    /// Its place among the streaks of the segment.
    pub(crate) place: u32,
    /// Of the first change: number along the chain, time, and counter of the first op.
    pub(crate) seq: u32,
    pub(crate) time: u32,
    pub(crate) start: u32,
    /// The counters that each change takes.
    pub(crate) step: u32,
}

/// All changes in order of admission, as streaks.
#[derive(Debug, Default)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct Streaks {
    all: Vec<Streak>,
    /// How many changes there are.
    changes: ChangeIndex,
    /// Of every block of changes, the streak of its first one, so that finding a streak takes no
    /// longer where there are many.
    blocks: Vec<u32>,
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

    pub(crate) fn iter(&self) -> impl Iterator<Item = (&Streak, u32)> {
        (0..).zip(&self.all).map(|(number, streak)| (streak, self.end(number) - streak.first))
    }

    /// The streak with a number.
    pub(crate) fn get(&self, number: u32) -> &Streak {
        &self.all[number as usize]
    }

    /// The change after the last one of a streak.
    pub(crate) fn end(&self, number: u32) -> ChangeIndex {
        self.all.get(number as usize + 1).map_or(self.changes, |next| next.first)
    }

    /// The number of the streak of a change.
    pub(crate) fn number_of(&self, change: ChangeIndex) -> u32 {
        // Most often it is asked for the newest.
        if let Some(last) = self.all.last()
            && last.first <= change
        {
            return u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX);
        }
        let block = (change / BLOCK) as usize;
        let first = self.blocks[block] as usize;
        let last = self.blocks.get(block + 1).map_or(self.all.len() - 1, |next| *next as usize);
        let later = &self.all[first + 1..=last];
        let passed = later.partition_point(|streak| streak.first <= change);
        u32::try_from(first + passed).unwrap_or(u32::MAX)
    }

    /// The streak of a change.
    pub(crate) fn of(&self, change: ChangeIndex) -> &Streak {
        self.get(self.number_of(change))
    }

    /// Appends changes as a streak, or to the last one if they go on with it. Says which number
    /// the streak has if it is a new one.
    pub(crate) fn push(&mut self, new: Streak, count: u32) -> Option<u32> {
        debug_assert_eq!(new.first, self.changes, "changes are appended");
        let goes_on = self.all.last().is_some_and(|last| {
            last.segment == new.segment
                && last.step == new.step
                && last.time_of(new.first) == new.time
        });
        if !goes_on {
            self.all.push(new);
        }
        let number = u32::try_from(self.all.len() - 1).unwrap_or(u32::MAX);
        self.changes += count;
        self.blocks.resize(self.changes.div_ceil(BLOCK) as usize, number);
        (!goes_on).then_some(number)
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

    /// Of the streaks with these numbers, which lie on one segment, the last change that begins at
    /// or before a counter.
    pub(crate) fn change_at(&self, numbers: &[u32], counter: u32) -> Option<ChangeIndex> {
        let passed = numbers.partition_point(|number| self.get(*number).start <= counter);
        let number = numbers[passed.checked_sub(1)?];
        let streak = self.get(number);
        let last = self.end(number) - 1;
        let offset = (counter - streak.start).checked_div(streak.step).unwrap_or(u32::MAX);
        Some(streak.first.saturating_add(offset).min(last))
    }
}
