//! Why the history refuses what is well-formed.

use serde::{Serialize, Serializer};
use thiserror::Error;

use crate::codec::DecodeError;
use crate::crypto::{ChangeHash, DocumentId};
use crate::history::format::bundle::Unreadable;
use crate::history::format::numbers::Full;

/// Why a well-formed bundle was refused by the history it was meant for.
///
/// Every variant says that its author or a forger broke a rule that every honest replica checks
/// alike, except [`PendingFull`](Self::PendingFull), which speaks of this replica's buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The bundle is of another document.
    #[error("the bundle is of document {0}, not of this one")]
    WrongDocument(DocumentId),
    /// A signature is not its author's signature of its change.
    #[error("the signature of change {0} is not valid")]
    BadSignature(ChangeHash),
    /// A change is vouched for by no signature, neither its own nor a later one of its author in
    /// the bundle.
    #[error("no signature covers change {0}")]
    Uncovered(ChangeHash),
    /// The predecessor of a change is by another author.
    #[error("the predecessor of change {0} is by another author")]
    PreviousOfAnotherAuthor(ChangeHash),
    /// A change's sequence number is not its predecessor's plus one.
    #[error("the sequence number of change {0} does not follow its predecessor's")]
    WrongSequence(ChangeHash),
    /// An op names an entry that the change's table does not have.
    #[error("an op names an entry beyond its change's table")]
    NameOutsideTable,
    /// An op names a counter that the named chain has not reached.
    #[error("an op names a counter beyond the named chain")]
    NameBeyondChain,
    /// An op names a counter through an entry although a lower one has it too.
    #[error("an op is not named through the lowest entry that has it")]
    AmbiguousName,
    /// A chain would take more counters than the format has, or a path of changes more times.
    #[error("a chain would exceed the counters or times of the format")]
    ChainFull,
    /// The body of a change is not in canonical form.
    #[error("the body of a change is malformed: {0}")]
    Malformed(DecodeError),
    /// The bundle waits for changes that are not here and is larger than the whole buffer for
    /// such bundles, or was dropped from it to make room.
    #[error("the buffer for waiting bundles is full")]
    PendingFull,
}

impl From<DecodeError> for Refusal {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}

impl From<Unreadable> for Refusal {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Malformed(error) => Self::Malformed(error),
            Unreadable::WrongDocument(document) => Self::WrongDocument(document),
        }
    }
}

/// A history of as many changes as can be numbered takes no more.
impl From<Full> for Refusal {
    fn from(Full: Full) -> Self {
        Self::ChainFull
    }
}

/// As `Display` writes it.
impl Serialize for Refusal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}
