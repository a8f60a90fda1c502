use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::mpsc::error::TrySendError;
use tokio::sync::{mpsc, watch};

use crate::protocol::{Close, CloseReason};

/// Bytes that may wait for a connection, beyond which mail is put in as [light](Letter::lightened) as it
/// can be.
const MOST: u64 = 8 << 20;

/// What is put into the mailbox of a connection.
pub(crate) trait Letter: Clone {
    /// Bytes that it holds, where they may be many.
    fn bytes(&self) -> u64;

    /// The same without these: what it tells is found out in another way.
    fn lightened(&self) -> Self;

    /// Whether it may be lost: who sends it ends nobody's connection.
    fn may_be_dropped(&self) -> bool;
}

/// Where a connection gets its mail.
pub(crate) struct Mailbox<M> {
    pub(crate) mail: Mails<M>,
    /// Why it is to end, once it is.
    pub(crate) end: watch::Receiver<Option<Close>>,
}

/// What waits for a connection.
pub(crate) struct Mails<M>(mpsc::Receiver<Box<(M, Held)>>);

/// Where others put it.
pub(crate) struct Slot<M> {
    mail: mpsc::Sender<Box<(M, Held)>>,
    /// Bytes of all that wait.
    held: Arc<AtomicU64>,
    end: watch::Sender<Option<Close>>,
}

/// Bytes of a mailbox that are free again when this is dropped.
struct Held(Arc<AtomicU64>, u64);

impl Drop for Held {
    fn drop(&mut self) {
        self.0.fetch_sub(self.1, Ordering::Relaxed);
    }
}

/// A mailbox in which so much can wait.
pub(crate) fn mailbox<M>(capacity: usize) -> (Slot<M>, Mailbox<M>) {
    let (sender, mail) = mpsc::channel(capacity);
    let end = watch::Sender::new(None);
    let ended = end.subscribe();
    (Slot { mail: sender, held: Arc::default(), end }, Mailbox { mail: Mails(mail), end: ended })
}

impl<M> Mails<M> {
    /// The next mail; `None` if there is none any more.
    pub(crate) async fn next(&mut self) -> Option<M> {
        self.0.recv().await.map(|mail| mail.0)
    }
}

impl<M: Letter> Slot<M> {
    /// Puts something in, or ends a connection that does not keep up: it is made anew, and reconciles.
    /// What may be dropped is if it is half full.
    pub(crate) fn send(&self, mail: &M) {
        if mail.may_be_dropped() && self.mail.capacity() * 2 <= self.mail.max_capacity() {
            return;
        }
        let has_room = self.held.load(Ordering::Relaxed) + mail.bytes() <= MOST;
        let mail = if has_room { mail.clone() } else { mail.lightened() };
        let bytes = mail.bytes();
        self.held.fetch_add(bytes, Ordering::Relaxed);
        let held = Held(self.held.clone(), bytes);
        if let Err(TrySendError::Full(_)) = self.mail.try_send(Box::new((mail, held))) {
            let text = "what is to be sent was not taken fast enough: connect again";
            self.end(Close::new(CloseReason::TooSlow, text));
        }
    }
}

impl<M> Slot<M> {
    /// Ends the connection for the first reason that there is.
    pub(crate) fn end(&self, close: Close) {
        self.end.send_if_modified(|end| {
            let is_first = end.is_none();
            end.get_or_insert(close);
            is_first
        });
    }

    /// How much waits.
    #[cfg(all(feature = "net", not(target_family = "wasm")))]
    pub(crate) fn waiting(&self) -> usize {
        self.mail.max_capacity() - self.mail.capacity()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Bytes, and how many of them it was told with.
    #[derive(Clone, PartialEq, Debug)]
    struct Told(u64, u64);

    impl Letter for Told {
        fn bytes(&self) -> u64 {
            self.1
        }

        fn lightened(&self) -> Self {
            Self(self.0, 0)
        }

        fn may_be_dropped(&self) -> bool {
            false
        }
    }

    #[tokio::test]
    async fn what_is_too_much_is_told_without_its_bytes() {
        let (slot, mut mailbox) = mailbox::<Told>(20);
        let part = MOST / 3;
        (0..5).for_each(|_| slot.send(&Told(part, part)));
        slot.send(&Told(1, 1));
        for bytes in [part, part, part, 0, 0] {
            assert_eq!(mailbox.mail.next().await, Some(Told(part, bytes)));
        }
        slot.send(&Told(part, part));
        assert_eq!(mailbox.mail.next().await, Some(Told(1, 1)), "there is room for little");
        assert_eq!(mailbox.mail.next().await, Some(Told(part, part)), "there is room again");
        assert!(mailbox.end.borrow().is_none());
    }
}
