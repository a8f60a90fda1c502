//! Why bytes are not a saved document.

use thiserror::Error;

use crate::codec::DecodeError;
use crate::history::receive::{ApplyError, HOW_TO_OPEN};

/// Why bytes are not a saved document.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum LoadError {
    /// They are not in the format, or damaged.
    #[error("not a saved document: {0}")]
    Decode(DecodeError),
    /// The changes in them are not a valid history.
    #[error("the saved changes were refused: {0}")]
    Apply(ApplyError),
    /// What else they say of the changes is not what these come to.
    #[error("the saved document says of its changes what they do not come to")]
    Inconsistent,
    /// The document is of another type than the one that it is opened as, which would read as if
    /// nothing had been written.
    #[error("the document is a `{document}`, and is opened as a `{opened_as}`: {HOW_TO_OPEN}")]
    OfAnotherType {
        /// The name of the type that the document was created with.
        document: String,
        /// The name of the type here.
        opened_as: String,
    },
}

impl From<DecodeError> for LoadError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<ApplyError> for LoadError {
    fn from(error: ApplyError) -> Self {
        Self::Apply(error)
    }
}
