use std::sync::Arc;

use crdt_core::{Author, ChangeHash, DocumentId};

use super::closing::Close;
use super::frame::Refused;
use super::presence::Presence;
use super::violation::Violation;

/// What a connection tells its host.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Event {
    /// The other side has proven its key, and was admitted here.
    Authenticated(Author),
    /// The other side has the same changes of a document as this one, as far as both know.
    Synced {
        /// The document.
        document: DocumentId,
    },
    /// The other side has these changes durably, and all that they depend on.
    Durable {
        /// The document.
        document: DocumentId,
        /// What were the heads here.
        heads: Vec<ChangeHash>,
    },
    /// The other side follows a set of documents, which may be remembered by its hash: so its ids
    /// need not be sent the next time.
    Set {
        /// Its hash.
        hash: [u8; 32],
        /// Its documents, ascending.
        documents: Arc<[DocumentId]>,
    },
    /// Both sides have the same of all documents of the set that this one follows, but for those of
    /// which something else was or will be told.
    SetSynced,
    /// The other side opened a document.
    Opened {
        /// The document.
        document: DocumentId,
    },
    /// The other side does not serve a document that is followed here, or takes no changes of it; or this
    /// one cannot take it, which is of another type than it was joined as, or could not do what was
    /// asked of it. Where that is for now ([`Busy`](Refused::Busy)) it can be subscribed again later.
    Refused {
        /// The document.
        document: DocumentId,
        /// Why.
        reason: Refused,
    },
    /// The other side does not follow a document any more, and it is not followed here on this
    /// connection either until somebody does anew.
    Left {
        /// The document.
        document: DocumentId,
    },
    /// Somebody says where they are. It is genuine, and news on this connection.
    Presence {
        /// The document.
        document: DocumentId,
        /// Who, and what they say.
        presence: Presence,
    },
    /// Somebody has not said for a while where they are.
    Absent {
        /// The document.
        document: DocumentId,
        /// Who.
        author: Author,
    },
    /// A message. To a relay, its peer is whom it is for; to others, whom it is from, as the relay
    /// says.
    Message {
        /// Whom it is for, or from.
        peer: Author,
        /// What it says.
        bytes: Vec<u8>,
    },
    /// The connection is over. What is still to be sent should be, then the transport be closed.
    Closed(Closed),
}

/// Why a connection is over.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Closed {
    /// This side ended it.
    Here(Close),
    /// The other side ended it.
    There(Close),
    /// The other side broke the protocol, and was told so.
    Broken(Violation),
}
