//! What others write in the store: another process, or another handle in this one.

use std::collections::HashMap;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use crdt_core::DocumentId;
use crdt_store::{Listing, StoreError};
use tokio::sync::watch;
use tokio::task::spawn_blocking;
use tokio::time::timeout;

use super::followers::lower_half;
use super::{Hub, Policy};
use crate::host::Entry;

/// After how long is looked again, at least. Where looking takes long it is done as much less often.
const PAUSE: Duration = Duration::from_secs(1);
/// How many times as long as it took to look nothing is looked at.
const REST: u32 = 20;
/// The longest pause.
const LONGEST: Duration = Duration::from_secs(60);

/// What was there when it was last looked.
#[derive(Default)]
struct Seen {
    revision: Option<u64>,
    /// The document that was made last.
    last: Option<DocumentId>,
}

/// Looks for what others write, now and then.
pub(super) async fn look_for_others(hub: Weak<Hub>, mut ended: watch::Receiver<bool>) {
    let (mut seen, mut pause) = (Seen::default(), PAUSE);
    while timeout(pause, ended.wait_for(|ended| *ended)).await.is_err() {
        let Some(hub) = hub.upgrade() else { return };
        let begun = Instant::now();
        pause = match hub.look(&mut seen).await {
            Ok(()) => (begun.elapsed() * REST).clamp(PAUSE, LONGEST),
            Err(error) => {
                tracing::warn!(%error, "what others wrote in the store was not looked for");
                LONGEST
            }
        };
    }
}

impl Hub {
    async fn look(self: &Arc<Self>, seen: &mut Seen) -> Result<(), StoreError> {
        let store = self.store.clone();
        let revision = blocking(move || store.revision()).await?;
        if revision.is_some() && revision == seen.revision {
            return Ok(());
        }
        match self.policy {
            Policy::Bound => {
                for entry in self.in_use() {
                    self.refresh(&entry).await;
                }
            }
            Policy::Relay(_) => {
                let store = self.store.clone();
                let listings = blocking(move || store.documents()).await?;
                self.look_at(&listings, seen).await;
            }
        }
        // What was kept back is told when it is durable, which no revision shows.
        let is_all_told = !self.in_use().iter().any(|entry| entry.is_kept_back());
        seen.revision = revision.filter(|_| is_all_told);
        Ok(())
    }

    /// Compares what is listed with what was told of it.
    async fn look_at(self: &Arc<Self>, listings: &[Listing], seen: &mut Seen) {
        let changes: HashMap<DocumentId, u64> =
            listings.iter().map(|listing| (listing.id, listing.changes)).collect();
        for entry in self.in_use() {
            if changes.get(&entry.id) != Some(&(entry.told() as u64)) {
                self.refresh(&entry).await;
            }
        }
        for listing in listings {
            let told = self.routes().were_told(&listing.id);
            let is_news = told.is_some_and(|told| told != lower_half(listing.changes));
            if is_news && !self.is_in_use(&listing.id) {
                self.tell_of_unopened(listing.id, told.unwrap_or_default() as usize).await;
            }
        }
        let known = listings.iter().rposition(|listing| Some(listing.id) == seen.last);
        let new = &listings[known.map_or(0, |place| place + 1)..];
        let mut routes = self.routes();
        for document in routes.returned(|document| changes.contains_key(document)) {
            routes.send_followers_on(document);
        }
        for listing in new {
            routes.arrived(listing.id);
        }
        drop(routes);
        seen.last = listings.last().map(|listing| listing.id);
    }

    async fn refresh(&self, entry: &Arc<Entry>) {
        match entry.refresh().await {
            Err(StoreError::Removed(_)) => self.removed(entry),
            Err(error) => {
                tracing::warn!(%error, document = %entry.id, "not brought up to date");
            }
            Ok(()) => {}
        }
    }

    /// Tells those that follow a document that is not open of what there is beyond what they know: where
    /// they know something of it, by opening it.
    async fn tell_of_unopened(self: &Arc<Self>, document: DocumentId, told: usize) {
        match self.open(document).await {
            Ok(entry) if told == 0 => entry.tell_since(0).await,
            Ok(_) => {}
            Err(error) => tracing::warn!(%error, %document, "not brought up to date"),
        }
    }
}

/// Asks the store on a thread for that.
async fn blocking<R: Send + 'static>(
    ask: impl FnOnce() -> Result<R, StoreError> + Send + 'static,
) -> Result<R, StoreError> {
    spawn_blocking(ask).await.unwrap_or_else(|error| Err(StoreError::Unsure(error.to_string())))
}

#[cfg(test)]
mod tests {
    use crdt_core::{CrdtNode, Keypair};
    use crdt_store::Store;
    use tokio::runtime::Handle;

    use super::super::{Bounds, Mail};
    use super::*;
    use crate::Live;
    use crate::host::Disk;

    #[derive(CrdtNode)]
    struct Note {
        text: String,
    }

    /// What was kept back because it was not durable is told once it is, though nothing is written then.
    #[tokio::test(flavor = "multi_thread")]
    async fn what_was_kept_back_is_told_when_it_is_durable() -> Result<(), StoreError> {
        let disk = Disk::default();
        let keypair = Keypair::from_secret_bytes(&[1; 32]);
        let store = Store::over(Arc::new(disk.clone()), Some(keypair.clone()));
        let bounds = Bounds::default();
        let hub = Hub::start(store.clone(), keypair, Policy::Bound, bounds, Handle::current());
        let note = Live::new(store.create::<Note>()?);
        hub.bind(note.entry());
        let number = hub.number();
        let mut mailbox = hub.enter(number, None);
        hub.follow(number, note.id());
        disk.fail(true);
        note.change(|note| note.text.set("Plan")).await?;
        // It is looked for what was written, more than once.
        let told = timeout(3 * PAUSE, mailbox.mail.next()).await;
        assert!(told.is_err(), "it is kept back");
        disk.fail(false);
        let told = timeout(Duration::from_secs(20), mailbox.mail.next()).await;
        assert!(matches!(told, Ok(Some(Mail::Grown(_)))));
        Ok(())
    }
}
