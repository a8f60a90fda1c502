//! Syncing by its own protocol. The states of both sides are kept from one connection to the next where
//! an app stores them, and begun anew where it does not.

use automerge::sync::{Message, State, SyncDoc as _};

use super::Article;
use crate::fault::Result;
use crate::task::sync::{Sync, Traffic};

impl Sync for Article {
    type Known = [State; 2];
    const KEEPS: bool = true;

    fn sync(replicas: &mut [Self; 2], states: &mut [State; 2]) -> Result<Traffic> {
        let (mut traffic, mut silent, mut from) = (Traffic::default(), 0, 0);
        // What a connection lost on its way is said again on the next one.
        *states = [0, 1].map(|side| State::decode(&states[side].encode()).unwrap_or_default());
        while silent < 2 {
            let message = replicas[from].document.generate_sync_message(&mut states[from]);
            let flight: Vec<Vec<u8>> = message.map(Message::encode).into_iter().collect();
            traffic.flight(&flight);
            silent = if flight.is_empty() { silent + 1 } else { 0 };
            from = 1 - from;
            for message in flight {
                let message = Message::decode(&message)?;
                replicas[from].document.receive_sync_message(&mut states[from], message)?;
                replicas[from].find_text()?;
            }
        }
        Ok(traffic)
    }
}
