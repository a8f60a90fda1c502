//! Where authors have forked their chains.

use crate::history::format::numbers::{AuthorIndex, ChangeIndex};
use crate::sorted::SortedMap;

/// Where chains fork: an author and the predecessor of all the changes that have it in common.
#[derive(Clone, Debug, Default)]
pub(crate) struct Forks {
    points: SortedMap<(AuthorIndex, Option<ChangeIndex>), Vec<ChangeIndex>>,
}

impl Forks {
    /// Takes note of a change that forks a chain: another one, the first, has its predecessor too.
    pub(crate) fn note(
        &mut self,
        first: ChangeIndex,
        author: AuthorIndex,
        prev: Option<ChangeIndex>,
        change: ChangeIndex,
    ) {
        self.points.entry((author, prev)).or_insert_with(|| vec![first]).push(change);
    }

    /// Forgets a change, the newest one.
    pub(crate) fn forget(
        &mut self,
        author: AuthorIndex,
        prev: Option<ChangeIndex>,
        change: ChangeIndex,
    ) {
        if let Some(changes) = self.points.get_mut(&(author, prev)) {
            changes.pop_if(|last| *last == change);
            if changes.len() < 2 {
                self.points.remove(&(author, prev));
            }
        }
    }

    /// Whether the chain of an author forks. O(log n).
    pub(crate) fn has(&self, author: AuthorIndex) -> bool {
        self.points.range((author, None)..).next().is_some_and(|((forks, _), _)| *forks == author)
    }

    /// Of each place where a chain forks, its author and the changes that follow there.
    pub(crate) fn all(&self) -> impl Iterator<Item = (AuthorIndex, &[ChangeIndex])> {
        self.points.iter().map(|((author, _), changes)| (*author, &**changes))
    }
}
