//! Versions: sets of heads, and what lies below and between them.

use thiserror::Error;

use super::change::Change;
use super::format::numbers::ChangeIndex;
use super::store::Store;
use crate::crypto::ChangeHash;

/// Why a version cannot be looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum VersionError {
    /// A head is not known here.
    #[error("the change {0} is not known here")]
    UnknownHead(ChangeHash),
}

/// The changes that lie between two versions; made by
/// [`History::between`](super::History::between).
///
/// Of each change there is the author, so what was made here is that of which this is the author of
/// the document.
#[derive(Clone, Debug)]
pub struct Between<'h> {
    /// The changes of the version after that the version before has not, each after everything it
    /// depends on.
    pub gained: Vec<Change<'h>>,
    /// The changes of the version before that the version after has not: none if one goes forwards.
    pub lost: Vec<Change<'h>>,
}

impl<'h> Between<'h> {
    pub(super) fn new(
        store: &'h Store,
        before: &[ChangeHash],
        after: &[ChangeHash],
    ) -> Result<Self, VersionError> {
        let (before, after) = (Below::new(store, before)?, Below::new(store, after)?);
        let only = |these: &Below, others: &Below| {
            let only = these.changes().filter(|change| !others.contains(*change));
            only.map(|change| Change::new(store, change)).collect()
        };
        Ok(Self { gained: only(&after, &before), lost: only(&before, &after) })
    }
}

/// The heads of a version and all that they depend on.
pub(super) struct Below(Vec<bool>);

impl Below {
    /// Costs time in the length of the history.
    pub(super) fn new(store: &Store, heads: &[ChangeHash]) -> Result<Self, VersionError> {
        let mut below = vec![false; store.chains.len() as usize];
        for head in heads {
            let head = store.index_of(head).ok_or(VersionError::UnknownHead(*head))?;
            below[head as usize] = true;
        }
        // The order of admission is topological, so what depends on a change comes before it here.
        for change in (0..store.chains.len()).rev() {
            if below[change as usize] {
                store.below(change).for_each(|change| below[change as usize] = true);
            }
        }
        Ok(Self(below))
    }

    fn contains(&self, change: ChangeIndex) -> bool {
        self.0.get(change as usize).is_some_and(|is_below| *is_below)
    }

    /// The changes, in order of admission.
    pub(super) fn changes(&self) -> impl Iterator<Item = ChangeIndex> {
        (0..).zip(&self.0).filter(|(_, is_below)| **is_below).map(|(change, _)| change)
    }
}
