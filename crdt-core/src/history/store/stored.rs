//! Going over changes with what is kept of each.

use crate::history::format::header::Tags;
use crate::history::store::History;
use crate::history::store::chains::ChangeIndex;
use crate::history::store::chains::streaks::Streak;

/// A change of a history with what is kept of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stored<'a> {
    pub(crate) change: ChangeIndex,
    pub(crate) segment: u32,
    pub(crate) prev: Option<ChangeIndex>,
    pub(crate) time: u32,
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
}

impl History {
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
                segment: streak.segment,
                prev,
                time: streak.time_of(change),
                start: streak.start_of(change),
                dependencies,
                tags,
                body: self.body(change),
            }
        })
    }
}
