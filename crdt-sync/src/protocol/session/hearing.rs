//! What the other side says of documents.

use crdt_core::DocumentId;

use super::Session;
use crate::protocol::channel::{Channel, Used};
use crate::protocol::event::Event;
use crate::protocol::frame::{Message, Refused};
use crate::protocol::settings::{Role, Terms};
use crate::protocol::violation::{Limit, Violation};

impl Session {
    pub(in crate::protocol) fn hear(
        &mut self,
        message: Message<'_>,
        events: &mut Vec<Event>,
    ) -> Result<(), Violation> {
        match message {
            Message::Open { .. }
            | Message::State { .. }
            | Message::Same { .. }
            | Message::Done { .. }
            | Message::Durable { .. } => self.hear_heads(message, events),
            Message::Tips { .. }
            | Message::Differing { .. }
            | Message::Frontier { .. }
            | Message::Sketch { .. }
            | Message::More { .. }
            | Message::Sketched { .. } => self.hear_tips(message),
            Message::Bundle { .. } | Message::Live { .. } | Message::Lost { .. } => {
                self.hear_changes(&message)
            }
            Message::Refuse { handle, reason } => {
                self.hear_refuse(handle, reason, events);
                Ok(())
            }
            Message::Leave { handle } => {
                self.hear_leave(handle, events);
                Ok(())
            }
            message => self.hear_of_set(message, events),
        }
    }

    /// What a replica is.
    fn hear_heads(
        &mut self,
        message: Message<'_>,
        events: &mut Vec<Event>,
    ) -> Result<(), Violation> {
        match message {
            Message::Open { handle, document, statement } => {
                self.hear_open(handle, document, events)?;
                self.with(&document, |channel| channel.hear_statement(statement, events));
                Ok(())
            }
            Message::State { handle, statement } => {
                self.at(handle, |channel| channel.hear_statement(statement, events))
            }
            Message::Same { handle, taken, lacks_genesis, heads } => {
                self.at(handle, |channel| channel.hear_same(taken, lacks_genesis, heads, events))
            }
            Message::Done { handle, lacks_genesis, heads } => {
                self.at(handle, |channel| channel.hear_done(lacks_genesis, heads, events))
            }
            Message::Durable { handle, number, run, heads } => {
                self.at(handle, |channel| channel.hear_durable(number, run, heads, events))
            }
            _ => Ok(()),
        }
    }

    /// What two replicas differ in.
    fn hear_tips(&mut self, message: Message<'_>) -> Result<(), Violation> {
        match message {
            Message::Tips { handle, lacks_genesis, tips } => {
                self.at(handle, |channel| channel.hear_tips(lacks_genesis, tips))
            }
            Message::Differing { handle, known, tips } => {
                self.at(handle, |channel| channel.hear_differing(&known, tips))
            }
            Message::Frontier { handle, answers, lacks_genesis, piece } => {
                let flags = (answers, lacks_genesis);
                self.at(handle, |channel| channel.hear_frontier(flags, piece))
            }
            Message::Sketch { handle, at, lacks_genesis, symbols } => {
                self.at(handle, |channel| channel.hear_sketch(at, lacks_genesis, symbols))
            }
            Message::More { handle } => self.at(handle, Channel::hear_more),
            Message::Sketched { handle, theirs, tips } => {
                self.at(handle, |channel| channel.hear_sketched(&theirs, tips))
            }
            _ => Ok(()),
        }
    }

    /// What a replica lacks.
    fn hear_changes(&mut self, message: &Message<'_>) -> Result<(), Violation> {
        let terms = self.terms;
        match *message {
            Message::Bundle { handle, number, piece } => {
                self.at(handle, |channel| channel.hear_bundle(number, piece, &terms))?;
            }
            Message::Live { handle, number, bytes } => {
                self.at(handle, |channel| channel.hear_live(number, bytes, &terms))?;
            }
            Message::Lost { handle, era } => {
                return self.at(handle, |channel| channel.hear_lost(era));
            }
            _ => {}
        }
        self.check_received()
    }

    /// Does something with the channel that goes by a number. A document that was left in the
    /// meantime may still be spoken of.
    fn at<R: Heard>(
        &mut self,
        handle: u64,
        act: impl FnOnce(&mut Channel) -> R,
    ) -> Result<(), Violation> {
        let Some(document) = self.document_of(handle) else { return Ok(()) };
        let act = |channel: &mut Channel| {
            channel.is_followed_there = true;
            channel.is_named |= channel.handle == handle;
            act(channel)
        };
        self.with(&document, act).map_or(Ok(()), Heard::heard)
    }

    fn hear_open(
        &mut self,
        handle: u64,
        document: DocumentId,
        events: &mut Vec<Event>,
    ) -> Result<(), Violation> {
        let known = self.handles.get(&handle).copied().or_else(|| self.of_set(handle));
        let is_taken = known.is_some_and(|known| known != document);
        if !self.is_theirs(handle) || is_taken {
            return Err(Violation::OutOfPlace("a document by a number that is not free"));
        }
        if !self.handles.contains_key(&handle) {
            // Who opens a document by another number than one that it knows has left it before.
            let channel = self.channels.get(&document);
            if channel.is_some_and(|channel| channel.is_named || channel.names.has_alike(handle)) {
                events.push(Event::Left { document });
                self.remove(&document);
            }
            self.opened += u64::from(!self.is_of_set(handle));
            if self.opened > self.terms.documents {
                return Err(Violation::OverLimit(Limit::Documents));
            }
            if !self.channels.contains_key(&document) {
                self.make(document, handle);
                events.push(Event::Opened { document });
            }
        }
        self.handles.insert(handle, document);
        let role = self.role;
        self.with(&document, |channel| {
            channel.names.note(handle);
            channel.is_followed_there = true;
            // Where both have opened it, it goes by the dialer's number.
            if role == Role::Listener || !channel.has_opened {
                (channel.handle, channel.is_named) = (handle, true);
            }
        });
        Ok(())
    }

    fn hear_leave(&mut self, handle: u64, events: &mut Vec<Event>) {
        if let Some(document) = self.document_of(handle) {
            events.push(Event::Left { document });
            self.remove(&document);
        }
    }

    fn hear_refuse(&mut self, handle: u64, reason: Refused, events: &mut Vec<Event>) {
        let Some(document) = self.document_of(handle) else { return };
        // Who does not follow it here has nothing to make of it.
        let refused = |channel: &mut Channel| channel.refused(reason) && channel.is_followed_here;
        if self.with(&document, refused) == Some(true) {
            events.push(Event::Refused { document, reason });
        }
    }

    /// Whether what came is within what was granted to all documents together.
    fn check_received(&self) -> Result<(), Violation> {
        let Used { bytes, canonical_bytes } = self.ledger.received;
        let Terms { connection, bundle, .. } = self.terms;
        // One bundle may be larger than the credit if it is alone.
        if bytes > connection.bytes.max(bundle) {
            return Err(Violation::OverLimit(Limit::ConnectionBytes));
        }
        let most = connection.canonical_bytes.max(crdt_core::limits::MAX_BUNDLE_BYTES as u64);
        if canonical_bytes > most {
            return Err(Violation::OverLimit(Limit::ConnectionWork));
        }
        Ok(())
    }
}

/// What a channel makes of what it hears.
trait Heard {
    fn heard(self) -> Result<(), Violation>;
}

impl Heard for () {
    fn heard(self) -> Result<(), Violation> {
        Ok(())
    }
}

impl Heard for Result<(), Violation> {
    fn heard(self) -> Result<(), Violation> {
        self
    }
}
