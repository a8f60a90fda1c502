//! What goes to the other side.

use super::{Session, Turn};
use crate::protocol::channel::Used;
use crate::protocol::frame::Message;

/// A frame is sent when it has so many bytes, if not before.
const FULL: usize = 1 << 14;
/// How many documents are looked at for one that may send, where what is granted to all of them
/// together is used up. Whatever was sent will be acknowledged, and then more are looked at.
const TRIES: usize = 64;

impl Session {
    /// Fills a frame: what is to be said, then live changes, then one piece of what was missing.
    pub(in crate::protocol) fn fill(&mut self, out: &mut Vec<u8>) {
        while out.len() < FULL
            && let Some(handle) = self.leaving.pop_front()
        {
            Message::Leave { handle }.write(out);
        }
        while out.len() < FULL && (self.say(out) || self.say_of_set(out)) {}
        while out.len() < FULL && self.send(true, out) {}
        if out.len() < FULL {
            self.send(false, out);
            // What it ends with need not wait for the next frame.
            while out.len() < FULL && self.say(out) {}
        }
    }

    fn say(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(document) = self.turns.first(Turn::Say) else { return false };
        self.step_back(&document, Turn::Say);
        self.with(&document, |channel| channel.say(out));
        true
    }

    /// Sends a piece of the first document that has room among all, a live change or one of what was
    /// missing. Those that are looked at stand at the end then, so that each comes to its turn.
    fn send(&mut self, live: bool, out: &mut Vec<u8>) -> bool {
        let turn = if live { Turn::Live } else { Turn::Backfill };
        for _ in 0..self.turns.count(turn).min(TRIES) {
            let Some(document) = self.turns.first(turn) else { return false };
            self.step_back(&document, turn);
            let (granted, sent) = (self.peer.terms.connection, self.ledger.sent);
            let is_sent = self.with(&document, |channel| {
                let Some(used) = channel.wants_to_send(live) else { return false };
                let is_granted = used == Used::default() || sent.has_room(used, granted);
                if is_granted {
                    channel.send(live, out);
                }
                is_granted
            });
            if is_sent == Some(true) {
                return true;
            }
        }
        false
    }

    /// Takes a document from the front of a queue. It goes to the end if it still wants to be there.
    fn step_back(&mut self, document: &crdt_core::DocumentId, turn: Turn) {
        if let Some(channel) = self.channels.get_mut(document) {
            self.turns.leave(turn, &mut channel.places);
        }
    }
}
