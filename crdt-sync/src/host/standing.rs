use std::collections::BTreeMap;

use crdt_core::{Author, ChangeHash};

use crate::live::RelayStanding;
use crate::protocol::Refused;

/// How relays stand to a document.
#[derive(Clone, Debug, Default)]
pub(crate) struct Standing {
    relays: BTreeMap<Author, Relay>,
}

#[derive(Clone, Debug, Default)]
struct Relay {
    /// Whether it is connected, and had nothing that was not here.
    is_synced: bool,
    /// What it had durably when it last said so.
    durable: Vec<ChangeHash>,
    /// Why it does not serve the document, or takes no changes, if it does not.
    refused: Option<Refused>,
}

impl Standing {
    /// A relay has everything that is here, and the other way round. Says whether that is news.
    pub(crate) fn synced(&mut self, relay: Author) -> bool {
        let relay = self.relays.entry(relay).or_default();
        relay.refused = None;
        !core::mem::replace(&mut relay.is_synced, true)
    }

    /// A relay has these heads durably, and nothing else, if nothing else was told of it.
    /// Says whether that is news.
    pub(crate) fn settled(&mut self, relay: Author, heads: Vec<ChangeHash>) -> bool {
        let relay = self.relays.entry(relay).or_default();
        let is_news = !core::mem::replace(&mut relay.is_synced, true);
        if is_news {
            relay.durable = heads;
        }
        is_news
    }

    /// A relay has these heads durably.
    pub(crate) fn durable(&mut self, relay: Author, heads: Vec<ChangeHash>) {
        self.relays.entry(relay).or_default().durable = heads;
    }

    /// A relay does not serve the document, or takes no changes of it.
    pub(crate) fn refused(&mut self, relay: Author, reason: Refused) {
        let relay = self.relays.entry(relay).or_default();
        (relay.is_synced, relay.refused) = (false, Some(reason));
    }

    /// A relay is gone. What it had it has.
    pub(crate) fn lost(&mut self, relay: Author) {
        if let Some(relay) = self.relays.get_mut(&relay) {
            (relay.is_synced, relay.refused) = (false, None);
        }
    }

    /// What a relay has durably.
    pub(crate) fn durable_at(&self, relay: &Author) -> Option<&[ChangeHash]> {
        self.relays.get(relay).map(|relay| &relay.durable[..])
    }

    /// All of them.
    pub(crate) fn all(&self) -> impl Iterator<Item = RelayStanding> {
        self.relays.iter().map(|(relay, it)| RelayStanding {
            relay: *relay,
            is_synced: it.is_synced,
            durable: it.durable.clone(),
            refused: it.refused,
        })
    }

    /// What each relay has that is connected and had nothing that was not here.
    pub(crate) fn synced_at(&self) -> impl Iterator<Item = &[ChangeHash]> {
        self.relays.values().filter(|relay| relay.is_synced).map(|relay| &relay.durable[..])
    }
}
