//! Small messages from peer to peer.

use core::fmt;
use std::sync::Arc;

use crdt_core::Author;
use thiserror::Error;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

use super::hub::Mail;
use super::peer::Peer;
use crate::protocol::MAX_MESSAGE;

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

/// The messages that come; made by [`Peer::messages`].
pub struct Messages(broadcast::Receiver<(Author, Arc<[u8]>)>);

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
                Ok((from, bytes)) => return Some(Message { from, bytes }),
                Err(RecvError::Lagged(_)) => {}
                Err(RecvError::Closed) => return None,
            }
        }
    }
}

impl Peer {
    /// Sends at most 8 KiB to whoever is connected with a key to a relay that this peer is connected to:
    /// to find each other for a connection of their own, for example. It may be lost, where too many are
    /// sent (80 in a second are passed on) or nobody is there, and come several times where both are
    /// connected to several relays. A relay can read it and say what it likes: sign and encrypt what
    /// matters.
    ///
    /// # Errors
    /// [`MessageError`], if it is not sent at all.
    pub fn send(&self, to: &Author, bytes: &[u8]) -> Result<(), MessageError> {
        if bytes.len() > MAX_MESSAGE {
            return Err(MessageError::TooLong(bytes.len()));
        }
        if !self.hub().is_connected() {
            return Err(MessageError::NotConnected);
        }
        self.hub().tell_all(&Mail::Message { peer: *to, bytes: bytes.to_vec() });
        Ok(())
    }

    /// The messages that come from now on.
    pub fn messages(&self) -> Messages {
        Messages(self.hub().messages())
    }
}
