//! Versions: sets of heads, and what lies below and between them.

mod way;

use thiserror::Error;

pub(crate) use way::{Version, Way};

use super::change::Change;
use super::format::numbers::ChangeIndex;
use super::store::Store;
use crate::crypto::ChangeHash;

/// Why a version cannot be looked at.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum VersionError {
    /// A head is not known here.
    #[error(
        "the change {0} is not known in what is looked at: of one that came later, ask the document \
         anew"
    )]
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
        let (before, after) = (indexes(store, before)?, indexes(store, after)?);
        let Way { gained, lost } = Way::between(store, &before, &after);
        let changes = |all: Vec<ChangeIndex>| {
            all.into_iter().map(|change| Change::new(store, change)).collect()
        };
        Ok(Self { gained: changes(gained), lost: changes(lost) })
    }
}

/// The changes that hashes name.
pub(super) fn indexes(
    store: &Store,
    heads: &[ChangeHash],
) -> Result<Vec<ChangeIndex>, VersionError> {
    let index = |head| store.index_of(head).ok_or(VersionError::UnknownHead(*head));
    heads.iter().map(index).collect()
}
