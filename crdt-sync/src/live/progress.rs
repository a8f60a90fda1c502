//! How far others have come with a document.

use crdt_core::{Author, ChangeHash, CrdtNode, Document, History};

use crdt_store::backend::Place;

use super::Live;
use crate::host::{Shareable, Standing};
use crate::protocol::Refused;

/// How a relay stands to a document; made by [`Live::relays`].
#[derive(Clone, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub struct RelayStanding {
    /// The relay's key.
    pub relay: Author,
    /// Whether it is connected, and each side has got what the other had.
    pub is_synced: bool,
    /// The heads of what it has durably, as far as it has said so.
    pub durable: Vec<ChangeHash>,
    /// Why it does not serve the document, or takes no changes of it, if it is connected and does
    /// not: of a relay that only lets read both this and `is_synced` say so. Also that this app has
    /// joined the document as a type that it is not of.
    pub refused: Option<Refused>,
}

impl<T: CrdtNode, P: Place + Shareable> Live<T, P> {
    /// Waits until a relay is connected that has everything durably that is here now, and has sent
    /// what it had. The document has to be [bound](crate::Peer::bind) to a peer. Without a relay this
    /// waits for one, and also if all that there are refuse the document, which
    /// [`relays`](Self::relays) says.
    pub async fn synced(&self) {
        self.until(|standing| standing.synced_at().map(<[_]>::to_vec).collect()).await;
    }

    /// Waits until a relay has everything durably that is here now, also if it is not connected any
    /// more then.
    pub async fn durable_at(&self, relay: &Author) {
        let relay = *relay;
        let durable = move |standing: &Standing| {
            standing.durable_at(&relay).map(<[_]>::to_vec).into_iter().collect()
        };
        self.until(durable).await;
    }

    /// How the relays stand to it that it was exchanged with.
    pub fn relays(&self) -> Vec<RelayStanding> {
        self.shared.entry.standing().borrow().all().collect()
    }

    /// Waits until that changes.
    pub async fn relays_changed(&self) {
        let mut standing = self.shared.entry.standing();
        // The entry that tells is held here.
        let _ = standing.changed().await;
    }

    /// Waits until one of some versions that are had elsewhere has all that is here now.
    async fn until(&self, had: impl Fn(&Standing) -> Vec<Vec<ChangeHash>>) {
        let mut standing = self.shared.entry.standing();
        let wanted = self.with(Document::heads).await;
        loop {
            let versions = had(&standing.borrow_and_update());
            if self.is_covered(&wanted, versions).await {
                return;
            }
            let _ = standing.changed().await;
        }
    }

    async fn is_covered(&self, wanted: &[ChangeHash], by: Vec<Vec<ChangeHash>>) -> bool {
        if by.iter().any(|heads| heads == wanted) {
            return true;
        }
        if by.is_empty() {
            return false;
        }
        let wanted = wanted.to_vec();
        let covers = move |history: &History| by.iter().any(|by| covers(history, by, &wanted));
        self.shared.entry.look(covers).await.unwrap_or(false)
    }
}

/// Whether a version has all of another one.
fn covers(history: &History, by: &[ChangeHash], wanted: &[ChangeHash]) -> bool {
    history.between(by, wanted).is_ok_and(|between| between.gained.is_empty())
}
