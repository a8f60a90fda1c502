//! Why bytes from elsewhere are refused.

use thiserror::Error;

use crate::codec::DecodeError;
use crate::history::format::bundle::Unreadable;
use crate::history::format::genesis::Genesis;
use crate::history::store::refusal::Refusal;

/// Why bytes from elsewhere were refused. Nothing has changed: heads, digest and waiting
/// bundles are as before, and the genuine change still applies later.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum ApplyError {
    /// The bytes are not bundles in the format.
    #[error("not a bundle: {0}")]
    Decode(DecodeError),
    /// A bundle breaks a rule of the history.
    #[error("a bundle was refused: {0}")]
    Refused(Refusal),
    /// The document turns out to be of another type than the one that it was joined as. The id of a
    /// document is the hash of what names its type, so nobody can forge that.
    #[error("the document is a `{document}`, and was joined as a `{opened_as}`: {HOW_TO_OPEN}")]
    OfAnotherType {
        /// The name of the type that the document was created with.
        document: String,
        /// The name of the type here.
        opened_as: String,
    },
}

/// What to do about a document of another type.
pub(crate) const HOW_TO_OPEN: &str = "if the type was only renamed, put its former name on it with `#[crdt(alias = \"..\")]`; otherwise `with_any_type` of a document, or `any_type` of `LoadOptions`, opens it all the same";

impl From<DecodeError> for ApplyError {
    fn from(error: DecodeError) -> Self {
        Self::Decode(error)
    }
}

impl From<Refusal> for ApplyError {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<Unreadable> for ApplyError {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Malformed(error) => Self::Decode(error),
            Unreadable::WrongDocument(document) => Self::Refused(Refusal::WrongDocument(document)),
        }
    }
}

/// The type as which a document is opened: its name, and the names of documents of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct OpenedAs {
    pub(crate) name: fn() -> String,
    pub(crate) is_known_as: fn(&str) -> bool,
}

impl OpenedAs {
    /// The name of the type that a document with this record is of, if it is not this one.
    pub(crate) fn other(self, genesis: Option<&Genesis>) -> Option<&str> {
        genesis.map(Genesis::type_name).filter(|name| !(self.is_known_as)(name))
    }

    pub(super) fn check(self, genesis: Option<&Genesis>) -> Result<(), ApplyError> {
        self.other(genesis).map_or(Ok(()), |document| {
            let document = document.to_owned();
            Err(ApplyError::OfAnotherType { document, opened_as: (self.name)() })
        })
    }
}
