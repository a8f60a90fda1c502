//! What the other side says of documents.

use crdt_core::DocumentId;

use super::Session;
use crate::protocol::channel::{Channel, Used};
use crate::protocol::event::Event;
use crate::protocol::frame::Message;
use crate::protocol::settings::{Role, Terms};
use crate::protocol::violation::{Limit, Violation};

impl Session {
    pub(in crate::protocol) fn hear(
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
            Message::Bundle { handle, number, piece } => {
                let terms = self.terms;
                self.at(handle, |channel| channel.hear_bundle(number, piece, &terms))?;
                self.check_received()
            }
            Message::Live { handle, number, bytes } => {
                let terms = self.terms;
                self.at(handle, |channel| channel.hear_live(number, bytes, &terms))?;
                self.check_received()
            }
            Message::Lost { handle, era } => self.at(handle, |channel| channel.hear_lost(era)),
            Message::Sketch { handle, at, lacks_genesis, symbols } => {
                self.at(handle, |channel| channel.hear_sketch(at, lacks_genesis, symbols))
            }
            Message::More { handle } => self.at(handle, Channel::hear_more),
            Message::Sketched { handle, theirs, tips } => {
                self.at(handle, |channel| channel.hear_sketched(&theirs, tips))
            }
            Message::Done { handle, lacks_genesis, heads } => {
                self.at(handle, |channel| channel.hear_done(lacks_genesis, heads, events))
            }
            Message::Durable { handle, number, run, heads } => {
                self.at(handle, |channel| channel.hear_durable(number, run, heads, events))
            }
            Message::Refuse { handle, reason } => {
                if let Some(document) = self.document_of(handle) {
                    events.push(Event::Refused { document, reason });
                }
                if let Some(document) = self.document_of(handle) {
                    self.hear_refused(&document);
                }
                self.at(handle, |channel| channel.refused(reason))
            }
            Message::Leave { handle } => {
                self.hear_leave(handle, events);
                Ok(())
            }
            message => self.hear_of_set(message, events),
        }
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
        let is_theirs = handle.is_multiple_of(2) == (self.role == Role::Listener);
        if !is_theirs || self.document_of(handle).is_some_and(|known| known != document) {
            return Err(Violation::OutOfPlace("a document by a number that is not free"));
        }
        if !self.handles.contains_key(&handle) {
            self.opened += 1;
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
            channel.is_followed_there = true;
            channel.reopen();
            // Where both have opened it, it goes by the dialer's number.
            if role == Role::Listener || !channel.has_opened {
                channel.handle = handle;
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

    /// Forgets a document. What still comes for it is passed over.
    pub(super) fn remove(&mut self, document: &DocumentId) {
        if let Some(channel) = self.channels.remove(document) {
            self.sent.take(channel.outgoing_use());
            self.received.take(channel.incoming_use());
        }
        let theirs = u64::from(self.role == Role::Dialer);
        let opened = self.handles.iter().filter(|(_, of)| *of == document);
        let opened = opened.filter(|(handle, _)| *handle % 2 == theirs).count();
        self.opened = self.opened.saturating_sub(opened as u64);
        self.handles.retain(|_, of| of != document);
        self.take_out(document);
        if self.sets().any(|set| set.place(document).is_some()) {
            self.left.insert(*document);
        }
    }

    /// Whether what came is within what was granted to all documents together.
    fn check_received(&self) -> Result<(), Violation> {
        let Used { bytes, canonical_bytes } = self.received;
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
