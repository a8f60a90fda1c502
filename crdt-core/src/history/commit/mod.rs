//! Committing: from what editors wrote, a [`draft`], to a change, or to [`several`] where one
//! cannot hold it. The [`namer`] writes its ops in canonical bytes; the [`committer`] finds what
//! the change depends on, and appends it.

mod committer;
pub(crate) mod draft;
mod namer;
mod several;

use super::coverage::Coverage;
use super::format::header::ChangeHasher;
use super::format::numbers::Full;
use super::store::Store;
use crate::crypto::Author;

/// What writing changes.
pub(crate) struct Committer<'a> {
    pub(crate) store: &'a mut Store,
    pub(crate) coverage: &'a mut Coverage,
    pub(crate) hasher: &'a mut Hasher,
}

/// What hashed the last change written here, and whose changes it hashes.
pub(crate) type Hasher = Option<(Author, ChangeHasher)>;

/// Why a change was not written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unwritten {
    /// It exceeds a limit of the format. Several changes may do.
    TooLarge(&'static str),
    /// It refers to what is not there: the state is not one of this history, which only happens to
    /// what was opened from a file that lies.
    Inconsistent(&'static str),
}

impl From<Full> for Unwritten {
    fn from(Full: Full) -> Self {
        Self::TooLarge("changes of the document")
    }
}
