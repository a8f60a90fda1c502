use crdt_core::{ApplyError, Author, DocumentId};
use thiserror::Error;

/// What the other side did that ends the connection. It is told so, and why.
#[derive(Clone, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum Violation {
    /// Bytes that are no frame of this protocol.
    #[error("a frame is malformed: {0}")]
    Malformed(#[from] Malformed),
    /// Another protocol, or a version that is not known here.
    #[error(
        "the other side speaks version {0} of the protocol, and version 1 is known here: update the \
         older side"
    )]
    Version(u8),
    /// A message that has no place where it came.
    #[error("a message came where it has no place: {0}")]
    OutOfPlace(&'static str),
    /// A key that is none, or a signature of the handshake that is not valid.
    #[error("the other side did not prove its key, or means another endpoint than this one")]
    Unproven,
    /// Another key than the one that was expected.
    #[error("the other side has the key {found}, and {expected} was expected")]
    WrongKey {
        /// The key that was to be there.
        expected: Author,
        /// The key that is.
        found: Author,
    },
    /// More than what was granted.
    #[error("more was sent than was granted: {0}")]
    OverLimit(Limit),
    /// A bundle that was refused.
    #[error("a bundle of the document {document} was refused: {error}")]
    Refused {
        /// The document.
        document: DocumentId,
        /// Why.
        error: ApplyError,
    },
    /// Presence that its author did not sign.
    #[error("presence was forwarded that its author did not sign")]
    ForgedPresence,
    /// The handshake took too long.
    #[error("the handshake took too long")]
    SlowHandshake,
    /// Nothing came for too long.
    #[error("nothing was heard for too long")]
    Silent,
}

/// What is bounded.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum Limit {
    /// Bytes of a frame: 1 MiB, and 512 before both sides have proven their keys.
    #[error("the bytes of a frame")]
    Frame,
    /// Documents that the other side opened.
    #[error("the documents of a connection")]
    Documents,
    /// Bytes on their way to one document that are not taken in yet.
    #[error("the bytes of a document that are not taken in yet")]
    DocumentBytes,
    /// Canonical bytes on their way to one document.
    #[error("the canonical bytes of a document that are not taken in yet")]
    DocumentWork,
    /// Bytes on their way to all documents.
    #[error("the bytes of a connection that are not taken in yet")]
    ConnectionBytes,
    /// Canonical bytes on their way to all documents.
    #[error("the canonical bytes of a connection that are not taken in yet")]
    ConnectionWork,
    /// Bytes of one bundle.
    #[error("the bytes of a bundle")]
    Bundle,
    /// Heads or tips in one message.
    #[error("the heads or tips of a message")]
    Tips,
    /// Live changes in a row that make no sense.
    #[error("the live changes in a row that make no sense")]
    Misunderstood,
    /// Presence and messages in a second.
    #[error("presence and messages in a second")]
    Rate,
}

/// How bytes are no frame.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum Malformed {
    /// It ends too early, or a length in it goes beyond its end.
    #[error("it ends too early")]
    Truncated,
    /// It goes on after its end.
    #[error("it goes on after its end")]
    TrailingBytes,
    /// An integer is too large for its place, or not in its shortest spelling.
    #[error("an integer is too large or not in its shortest spelling")]
    Integer,
    /// Something is longer than it may be.
    #[error("something is longer than it may be")]
    TooLong,
    /// What has to ascend does not.
    #[error("what has to ascend does not")]
    Unsorted,
    /// Text is not UTF-8.
    #[error("text is not UTF-8")]
    Text,
    /// A key is none.
    #[error("a key is none")]
    Key,
    /// No message has this kind.
    #[error("no message is of the kind {0}")]
    Kind(u8),
    /// A frontier or a bundle that is none.
    #[error("a frontier or bundle in it is none")]
    Content,
}
