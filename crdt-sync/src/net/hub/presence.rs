//! What a peer says of who is in its documents.

use std::sync::{Arc, MutexGuard, PoisonError, Weak};

use crdt_core::DocumentId;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use super::{Hub, Mail};
use crate::host::{Entry, PAUSE, STEP};
use crate::protocol::{Presence, Presences};

/// The most authors of whom a relay remembers what they show, each counted in each document.
const MOST: usize = 4096;
/// For so many milliseconds, which is twice the time after which it is shown anew: who comes is not to
/// see somebody who has been gone for long.
const LIFETIME: u64 = 20_000;
/// Who comes is shown no more than this of a document at once.
const AT_ONCE: usize = 64;

/// What a relay remembers of those who are in documents.
pub(super) const fn shown() -> Presences {
    Presences::new(LIFETIME, MOST)
}

/// Says what is shown in documents of the app, as soon as it is and then now and then.
pub(super) async fn show(hub: Weak<Hub>, mut ended: watch::Receiver<bool>) {
    loop {
        let Some(due) = hub.upgrade().map(|hub| hub.due.clone()) else { return };
        let is_over = async {
            tokio::select! {
                _ = ended.wait_for(|ended| *ended) => true,
                _ = timeout(PAUSE, due.notified()) => false,
            }
        };
        if is_over.await {
            return;
        }
        let Some(hub) = hub.upgrade() else { return };
        for entry in hub.in_use() {
            entry.scene.expire();
            hub.say(&entry);
        }
        drop(hub);
        sleep(STEP).await;
    }
}

impl Hub {
    /// Says what is to be said of this side in a document.
    pub(super) fn say(&self, entry: &Entry) {
        if entry.say_own(&self.keypair) {
            self.due.notify_one();
        }
    }

    pub(super) fn remembered(&self) -> MutexGuard<'_, Presences> {
        self.shown.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is to be shown to somebody who comes to follow a document.
    pub(super) fn shown(&self, document: DocumentId) -> Vec<Mail> {
        let mut shown = self.remembered();
        shown.expire(self.now());
        let all = shown.of(&document).take(AT_ONCE);
        all.map(|presence| Mail::Presence(Arc::new((document, presence.clone())))).collect()
    }

    /// Says presence to all that follow a document, but one, and to whoever comes soon.
    pub(crate) fn pass_on(&self, document: DocumentId, presence: Presence, but: Option<u32>) {
        self.remembered().take(self.now(), document, &presence);
        let mail = Mail::Presence(Arc::new((document, presence)));
        self.tell_followers(&document, but, &mail);
    }

    /// Hears who is in a document of the app, where it is somebody else.
    pub(crate) fn hear(&self, document: DocumentId, presence: &Presence) {
        if presence.author == self.keypair.author() {
            return;
        }
        for entry in self.bound_entries(&document) {
            entry.scene.hear(document, presence);
        }
        self.due.notify_one();
    }
}
