use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};

use crate::protocol::{Close, CloseReason};

/// Where a connection gets its mail.
pub(crate) struct Mailbox<M> {
    pub(crate) mail: mpsc::Receiver<Box<M>>,
    /// Why it is to end, once it is.
    pub(crate) end: watch::Receiver<Option<Close>>,
}

/// Where others put it.
pub(crate) struct Slot<M> {
    mail: mpsc::Sender<Box<M>>,
    end: watch::Sender<Option<Close>>,
}

/// A mailbox in which so much can wait.
pub(crate) fn mailbox<M>(capacity: usize) -> (Slot<M>, Mailbox<M>) {
    let (sender, mail) = mpsc::channel(capacity);
    let end = watch::Sender::new(None);
    let ended = end.subscribe();
    (Slot { mail: sender, end }, Mailbox { mail, end: ended })
}

impl<M: Clone> Slot<M> {
    /// Puts something in, or ends a connection that does not keep up: it is made anew, and reconciles.
    /// What may be dropped is if it is half full: whoever sends it ends nobody's connection.
    pub(crate) fn send(&self, mail: &M, may_be_dropped: bool) {
        if may_be_dropped && self.mail.capacity() * 2 <= self.mail.max_capacity() {
            return;
        }
        if let Err(TrySendError::Full(_)) = self.mail.try_send(Box::new(mail.clone())) {
            let text = "what is to be sent was not taken fast enough: connect again";
            self.end(Close::new(CloseReason::TooSlow, text));
        }
    }

    /// Ends the connection for the first reason that there is.
    pub(crate) fn end(&self, close: Close) {
        self.end.send_if_modified(|end| {
            let is_first = end.is_none();
            end.get_or_insert(close);
            is_first
        });
    }

    /// How much waits.
    pub(crate) fn waiting(&self) -> usize {
        self.mail.max_capacity() - self.mail.capacity()
    }
}
