use core::fmt;
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

/// For people.
impl fmt::Display for Status {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Connecting => f.write_str("connecting"),
            Self::Connected { relay } => write!(f, "connected to the relay with the key {relay}"),
            Self::Waiting { why, wait } => {
                write!(f, "not connected: {why}; trying again in {:.1} s", wait.as_secs_f64())
            }
            Self::Refused { why } => write!(f, "refused, and not tried again: {why}"),
            Self::Closed => f.write_str("closed"),
        }
    }
}

impl Status {
    /// Whether it is not dialed any more.
    pub(crate) fn is_over(&self) -> bool {
        matches!(self, Self::Refused { .. } | Self::Closed)
    }
}
