//! Going over changes with what is kept of each.

use super::Store;
use super::chains::Streak;
use crate::history::format::header::canonical_size;
use crate::history::format::numbers::{BranchIndex, ChangeIndex};
use crate::history::format::tags::Tags;

/// A change of a history with what is kept of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored<'a> {
    pub(crate) change: ChangeIndex,
    pub(crate) branch: BranchIndex,
    pub(crate) prev: Option<ChangeIndex>,
    pub(crate) time: u32,
    /// Its number along its chain.
    pub(crate) seq: u32,
    /// The counter of its first op.
    pub(crate) start: u32,
    /// In ascending order of their hashes.
    pub(crate) dependencies: &'a [ChangeIndex],
    pub(crate) tags: &'a Tags,
    pub(crate) body: &'a [u8],
}

impl Stored<'_> {
    /// The changes that it depends on directly.
    pub(crate) fn below(&self) -> impl Iterator<Item = ChangeIndex> {
        self.prev.into_iter().chain(self.dependencies.iter().copied())
    }

    /// Its canonical bytes, as bundles count them.
    pub(crate) fn bytes(&self) -> usize {
        canonical_size(self.below().count(), self.tags, self.body)
    }
}

impl Store {
    /// Changes with what is kept of them. Where they lie is only looked up where it does not follow
    /// from the one before.
    pub(crate) fn stored(
        &self,
        changes: impl IntoIterator<Item = ChangeIndex>,
    ) -> impl Iterator<Item = Stored<'_>> {
        let mut known: Option<(&Streak, ChangeIndex)> = None;
        changes.into_iter().map(move |change| {
            let (streak, end) = match known {
                Some((streak, end)) if (streak.first..end).contains(&change) => (streak, end),
                _ => self.chains.streak_of(change),
            };
            known = Some((streak, end));
            let is_first = change == streak.first;
            let prev = if is_first { self.chains.prev_of(change) } else { Some(change - 1) };
            let (dependencies, tags) = self.beside(change);
            Stored {
                change,
                branch: streak.branch,
                prev,
                time: streak.time_of(change),
                seq: streak.seq_of(change),
                start: streak.start_of(change),
                dependencies,
                tags,
                body: self.body(change),
            }
        })
    }
}
