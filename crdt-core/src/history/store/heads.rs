//! The changes that no other one depends on.

use crate::history::format::numbers::ChangeIndex;
use crate::sorted::SortedSet;

/// The heads of so many changes.
#[derive(Clone, Debug, Default)]
pub(crate) struct Heads {
    /// All but the newest change, which is always one of them.
    older: SortedSet<ChangeIndex>,
    /// What was among them since the first mark that is not forgotten, and is not now.
    former: Vec<ChangeIndex>,
}

impl Heads {
    /// Takes note of heads of a history that is being opened, in ascending order.
    pub(crate) fn restore(&mut self, heads: &[ChangeIndex], changes: ChangeIndex) {
        self.older.extend(heads.iter().filter(|head| **head + 1 < changes));
    }

    /// The heads of so many changes, ascending.
    pub(crate) fn of(&self, changes: ChangeIndex) -> impl Iterator<Item = ChangeIndex> {
        self.older.iter().copied().chain(changes.checked_sub(1))
    }

    /// Makes a change a head in the place of those that it depends on.
    pub(crate) fn replace<'a>(
        &mut self,
        change: ChangeIndex,
        below: impl Iterator<Item = &'a ChangeIndex>,
    ) {
        let mut newest = change.checked_sub(1);
        for below in below {
            if newest == Some(*below) {
                newest = None;
            } else if self.older.remove(below) {
                self.former.push(*below);
            }
        }
        if let Some(newest) = newest {
            self.older.insert(newest);
        }
    }

    /// What to go back to.
    pub(crate) fn mark(&self) -> usize {
        self.former.len()
    }

    /// Goes back to when there were so many changes.
    pub(crate) fn roll_back(&mut self, mark: usize, changes: ChangeIndex) {
        self.older.extend(self.former.drain(mark..));
        while self.older.last().is_some_and(|last| last + 1 >= changes) {
            self.older.pop_last();
        }
    }

    /// Gives up going back.
    pub(crate) fn forget_mark(&mut self) {
        self.former.clear();
        // Most changes follow one head.
        self.former.shrink_to(4);
    }
}
