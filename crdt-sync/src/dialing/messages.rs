use core::fmt;
use std::sync::Arc;

use crdt_core::Author;
use thiserror::Error;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use crate::protocol::MAX_MESSAGE;

/// Messages that wait for an app that does not ask for them.
const WAITING: usize = 64;

/// A message from another peer.
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct Message {
    /// Whom it is from, as the relay says that it came through.
    pub from: Author,
    /// What it says.
    pub bytes: Arc<[u8]>,
}

/// Why a message is not sent.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[non_exhaustive]
pub enum MessageError {
    /// It is too long.
    #[error("the message has {0} bytes, and may have {MAX_MESSAGE}: send several")]
    TooLong(usize),
    /// No relay is connected.
    #[error("no relay is connected that could pass the message on: wait until one is")]
    NotConnected,
}

impl MessageError {
    /// What is wrong with a message that is to be sent now.
    pub(crate) const fn of(bytes: &[u8], is_connected: bool) -> Result<(), Self> {
        if bytes.len() > MAX_MESSAGE {
            Err(Self::TooLong(bytes.len()))
        } else if is_connected {
            Ok(())
        } else {
            Err(Self::NotConnected)
        }
    }
}

/// The messages that come; made by [`Peer::messages`](crate::Peer::messages).
pub struct Messages(broadcast::Receiver<Message>);

impl fmt::Debug for Messages {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Messages").finish_non_exhaustive()
    }
}

impl Messages {
    /// Waits for the next one; `None` when the peer is gone. Of more than 64 that were not asked for
    /// the oldest are lost.
    pub async fn next(&mut self) -> Option<Message> {
        loop {
            match self.0.recv().await {
                Ok(message) => return Some(message),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

/// Where the messages for an app come in.
pub(crate) struct Inbox(broadcast::Sender<Message>);

impl Default for Inbox {
    fn default() -> Self {
        Self(broadcast::Sender::new(WAITING))
    }
}

impl Inbox {
    /// Gives a message to the app.
    pub(crate) fn put(&self, from: Author, bytes: Vec<u8>) {
        // Nobody may ask for any.
        let _ = self.0.send(Message { from, bytes: bytes.into() });
    }

    /// The messages that come from now on.
    pub(crate) fn messages(&self) -> Messages {
        Messages(self.0.subscribe())
    }
}
