//! From documents to the queues of connections.

use std::sync::{Arc, Weak};

use crdt_core::DocumentId;
use tokio::sync::mpsc;

use super::{Hub, Mail};
use crate::host::{Entry, Grown, Listener, Origin};
use crate::protocol::{Fresh, Presence};

/// What a document has got.
pub(crate) struct Announcement {
    pub(crate) document: DocumentId,
    pub(crate) fresh: Fresh,
    pub(super) origin: Option<u32>,
}

impl Announcement {
    /// The same without the changes.
    pub(super) fn lightened(&self) -> Self {
        let Self { document, origin, fresh } = self;
        Self { document: *document, fresh: fresh.without_changes(), origin: *origin }
    }
}

impl Listener for Hub {
    /// Where the app shares a document in several ways, what is said to others comes from one of them
    /// alone, in its order; what another one got is there when that has brought it in.
    fn grown(&self, grown: &Grown<'_>) {
        if self.brought_in_by_others(grown.entry) {
            return;
        }
        let document = grown.history.document();
        let origin = match grown.origin {
            Origin::Here => None,
            Origin::Connection(number) => Some(number),
        };
        let changes = (grown.history.len() - grown.before) as u64;
        self.metrics.changes.add(changes);
        if grown.before == 0 {
            self.arrived(document);
        }
        let is_followed =
            self.routes().followers(&document).iter().any(|number| Some(*number) != origin);
        if is_followed {
            let fresh = Fresh::since(grown.history, grown.before);
            // It is gone only when the runtime is.
            let _ = self.fan.blocking_send(Arc::new(Announcement { document, fresh, origin }));
        }
    }

    fn scene(&self, entry: &Entry) {
        self.say(entry);
    }

    fn presence(&self, document: DocumentId, presence: &Presence) {
        self.pass_on(document, presence.clone(), None);
    }

    fn gone(&self, entry: &Entry) {
        self.unbind_entry(entry);
    }
}

/// Puts everything that documents get into the queues of those that follow them.
pub(super) async fn spread(hub: Weak<Hub>, mut announcements: mpsc::Receiver<Arc<Announcement>>) {
    while let Some(announcement) = announcements.recv().await {
        let Some(hub) = hub.upgrade() else { return };
        let (document, origin) = (announcement.document, announcement.origin);
        hub.routes().send(&document, origin, &Mail::Grown(announcement));
    }
}
