//! One segment of a chain: which changes of the history lie on it.

use super::chains::ChangeIndex;

/// A part of a chain on which no fork begins. See [`chains`](super::chains).
#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct ChainSegment {
    pub(super) parent: Option<u32>,
    /// The change that its first one follows.
    pub(super) prev: Option<ChangeIndex>,
    /// A segment further up, or itself at a root.
    pub(super) jump: u32,
    /// Number of segments above.
    pub(super) depth: u32,
    pub(super) author: u32,
    /// The counter at which it leaves its parent.
    pub(super) first: u32,
    /// Its changes, at least one but while it is being opened.
    streaks: Vec<Streak>,
    /// The counter after its last op.
    pub(super) end: u32,
}

/// Changes that follow on each other along the segment and were admitted one right after the other,
/// each at a time one higher than the one before. However many they are, they take the space of
/// one.
#[derive(Clone, Copy, Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct Streak {
    first: ChangeIndex,
    count: u32,
    /// Number along the chain, and time, of the first one.
    seq: u32,
    time: u32,
}

impl Streak {
    /// The time of a change, if it is one of these.
    pub(super) fn time_of(self, change: ChangeIndex) -> Option<u32> {
        (self.first..self.end()).contains(&change).then(|| self.time + (change - self.first))
    }

    fn end(self) -> ChangeIndex {
        self.first + self.count
    }
}

impl ChainSegment {
    /// A segment without changes, whose first one will follow `prev` and begin at the counter `first`.
    pub(super) fn new(
        author: u32,
        (parent, prev, first): (Option<u32>, Option<ChangeIndex>, u32),
        (jump, depth): (u32, u32),
    ) -> Self {
        Self { parent, prev, jump, depth, author, first, streaks: Vec::new(), end: first }
    }

    /// Adds a change at its end; `seq` is its number along the chain.
    pub(super) fn push(&mut self, change: ChangeIndex, seq: u32, time: u32, counters: u32) {
        self.end += counters;
        match self.streaks.last_mut() {
            Some(last) if last.end() == change && last.time + last.count == time => {
                last.count += 1;
            }
            _ => self.streaks.push(Streak { first: change, count: 1, seq, time }),
        }
    }

    /// Takes its last change away, whose first op has the counter `start`.
    pub(super) fn pop(&mut self, start: u32) {
        self.end = start;
        if let Some(last) = self.streaks.last_mut() {
            last.count -= 1;
        }
        self.streaks.pop_if(|last| last.count == 0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.streaks.is_empty()
    }

    pub(super) fn first_change(&self) -> Option<ChangeIndex> {
        self.streaks.first().map(|streak| streak.first)
    }

    pub(super) fn last_change(&self) -> Option<ChangeIndex> {
        self.streaks.last().map(|streak| streak.end() - 1)
    }

    /// The change right before one of this segment's on its chain.
    pub(super) fn before(&self, change: ChangeIndex) -> Option<ChangeIndex> {
        let place = self.place(change);
        if change > self.streaks[place].first {
            return Some(change - 1);
        }
        match place.checked_sub(1) {
            Some(earlier) => Some(self.streaks[earlier].end() - 1),
            None => self.prev,
        }
    }

    /// The change right after one on this segment.
    pub(super) fn after(&self, change: ChangeIndex) -> Option<ChangeIndex> {
        let place = self.place(change);
        if change + 1 < self.streaks[place].end() {
            return Some(change + 1);
        }
        self.streaks.get(place + 1).map(|streak| streak.first)
    }

    /// The number along its chain of one of its changes.
    pub(super) fn seq_of(&self, change: ChangeIndex) -> u32 {
        let streak = self.streaks[self.place(change)];
        streak.seq + (change - streak.first)
    }

    pub(super) fn time_of(&self, change: ChangeIndex) -> u32 {
        let streak = self.streaks[self.place(change)];
        streak.time + (change - streak.first)
    }

    /// The streak that holds a change.
    pub(super) fn streak(&self, change: ChangeIndex) -> Streak {
        self.streaks[self.place(change)]
    }

    /// The place of the streak that holds a change. Most often it is the last one.
    fn place(&self, change: ChangeIndex) -> usize {
        if let [before @ .., last] = &self.streaks[..]
            && last.first <= change
        {
            debug_assert!(change < last.end(), "the change lies here");
            return before.len();
        }
        self.streaks.partition_point(|streak| streak.first <= change) - 1
    }

    /// Its last change that begins at or before a counter, given the counters at which the changes
    /// of the history begin.
    pub(super) fn change_at(&self, counter: u32, starts: &[u32]) -> Option<ChangeIndex> {
        let begins = |change: ChangeIndex| starts[change as usize] <= counter;
        let place = self.streaks.partition_point(|streak| begins(streak.first));
        let streak = self.streaks[place.checked_sub(1)?];
        let inside = &starts[streak.first as usize..streak.end() as usize];
        let passed = inside.partition_point(|start| *start <= counter);
        u32::try_from(passed).ok()?.checked_sub(1).map(|offset| streak.first + offset)
    }
}
