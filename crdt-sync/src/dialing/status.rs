use core::time::Duration;

use crdt_core::Author;

/// How it stands with a relay that is dialed.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Status {
    /// It is being dialed.
    Connecting,
    /// It is connected.
    Connected {
        /// The key that it has proven.
        relay: Author,
    },
    /// It was lost, or is not there, and will be dialed again.
    Waiting {
        /// Why.
        why: String,
        /// After how long.
        wait: Duration,
    },
    /// It was refused for good: it is not dialed again.
    Refused {
        /// Why.
        why: String,
    },
    /// The peer was closed.
    Closed,
}

impl Status {
    /// Whether it is not dialed any more.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Closed)
    }
}
