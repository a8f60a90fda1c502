//! What comes from the other side: the handshake, messages of the connection, and those of
//! documents.

use crdt_core::DocumentId;

use super::{Admission, Connection, Phase};
use crate::protocol::closing::{Close, CloseReason};
use crate::protocol::event::{Closed, Event};
use crate::protocol::frame::{Digest, MAX_FRAME, Message, kind};
use crate::protocol::handshake::{self, Proven};
use crate::protocol::presence::Presence;
use crate::protocol::session::Session;
use crate::protocol::settings::Role;
use crate::protocol::time::Time;
use crate::protocol::violation::{Limit, Violation};
use crate::protocol::wire::Reader;

/// What a frame that waits takes beside its bytes.
const FRAME: usize = 64;

impl Connection {
    pub(super) fn take(&mut self, now: Time, frame: &[u8]) -> Result<(), Violation> {
        match &mut self.phase {
            Phase::Handshake(_) => self.take_handshake(frame),
            Phase::Admission(_, admission) => {
                admission.bytes += frame.len() + FRAME;
                if admission.bytes > MAX_FRAME {
                    return Err(Violation::OverLimit(Limit::Frame));
                }
                admission.frames.push(frame.to_vec());
                Ok(())
            }
            Phase::Open(_) => {
                if frame.len() > MAX_FRAME {
                    return Err(Violation::OverLimit(Limit::Frame));
                }
                let mut reader = Reader::new(frame);
                while !reader.is_empty() && !self.is_closed() {
                    let message = Message::read(&mut reader)?;
                    self.hear(now, message)?;
                }
                Ok(())
            }
            Phase::Closed => Ok(()),
        }
    }

    fn take_handshake(&mut self, frame: &[u8]) -> Result<(), Violation> {
        let Phase::Handshake(handshake) = &mut self.phase else { return Ok(()) };
        if frame.len() > handshake::MAX_FRAME {
            return Err(Violation::OverLimit(Limit::Frame));
        }
        if frame.first() == Some(&kind::GOODBYE) {
            return self.take_goodbye(frame);
        }
        let (sent, proven) = handshake.receive(&self.settings, frame)?;
        self.frames.extend(sent);
        let Some(proven) = proven else { return Ok(()) };
        match self.role {
            Role::Dialer => self.open(proven),
            Role::Listener => {
                let session = Session::new(self.role, &self.settings, proven);
                self.phase = Phase::Admission(Box::new(session), Admission::default());
            }
        }
        Ok(())
    }

    fn take_goodbye(&mut self, frame: &[u8]) -> Result<(), Violation> {
        let mut reader = Reader::new(frame);
        let message = Message::read(&mut reader)?;
        reader.finish()?;
        self.hear_goodbye(message);
        Ok(())
    }

    fn open(&mut self, proven: Proven) {
        let session = Session::new(self.role, &self.settings, proven);
        self.begin(Box::new(session));
    }

    pub(super) fn begin(&mut self, mut session: Box<Session>) {
        self.events.push_back(Event::Authenticated(session.peer.author));
        let sets = self.sets.drain(..).flat_map(|documents| session.subscribe_set(documents));
        let mut beyond: Vec<DocumentId> = sets.collect();
        beyond.extend(self.subscribed.drain(..).filter(|document| !session.subscribe(*document)));
        self.phase = Phase::Open(session);
        self.beyond(beyond);
    }

    fn hear(&mut self, now: Time, message: Message<'_>) -> Result<(), Violation> {
        match message {
            Message::Ping { number, .. } => {
                self.pong = Some(number);
                Ok(())
            }
            Message::Pong { heads, .. } => {
                self.hear_pong(heads);
                Ok(())
            }
            Message::Presence { handle, presence } => self.hear_presence(now, handle, presence),
            Message::Peer { peer, bytes } => {
                self.spend(now)?;
                self.events.push_back(Event::Message { peer, bytes: bytes.to_vec() });
                Ok(())
            }
            Message::Goodbye(_) => {
                self.hear_goodbye(message);
                Ok(())
            }
            message => self.with_session(|session, events| session.hear(message, events)),
        }
    }

    pub(super) fn with_session(
        &mut self,
        act: impl FnOnce(&mut Session, &mut Vec<Event>) -> Result<(), Violation>,
    ) -> Result<(), Violation> {
        let Phase::Open(session) = &mut self.phase else { return Ok(()) };
        let mut events = Vec::new();
        let result = act(session, &mut events);
        self.events.extend(events);
        result
    }

    fn hear_goodbye(&mut self, message: Message<'_>) {
        if let Message::Goodbye(close) = message {
            self.phase = Phase::Closed;
            self.events.push_back(Event::Closed(Closed::There(close)));
        }
    }

    fn hear_pong(&mut self, heads: Digest) {
        let Phase::Open(session) = &self.phase else { return };
        let differs = session.is_settled() && heads != session.summary();
        self.clock.differed = if differs { self.clock.differed + 1 } else { 0 };
    }

    fn hear_presence(
        &mut self,
        now: Time,
        handle: u64,
        presence: Presence,
    ) -> Result<(), Violation> {
        self.spend(now)?;
        let Phase::Open(session) = &self.phase else { return Ok(()) };
        let Some(document) = session.served(handle) else { return Ok(()) };
        if !presence.is_genuine(&document) {
            return Err(Violation::ForgedPresence);
        }
        if self.presences.take(now, document, &presence) {
            self.events.push_back(Event::Presence { document, presence });
        }
        Ok(())
    }

    /// Counts presence or a message against what may come in a second.
    fn spend(&mut self, now: Time) -> Result<(), Violation> {
        let rate = u64::from(self.settings.droppable_rate);
        let (left, counted) = self.clock.allowance;
        let since = now.as_millis().saturating_sub(counted.as_millis());
        let left = left.saturating_add(since.saturating_mul(rate)).min(rate * 1000);
        let left = left.checked_sub(1000).ok_or(Violation::OverLimit(Limit::Rate))?;
        self.clock.allowance = (left, now);
        Ok(())
    }

    pub(super) fn break_off(&mut self, violation: Violation) {
        tracing::debug!(%violation, "the other side broke the protocol");
        let (reason, retry_after) = (CloseReason::Violation, None);
        let close = Close { reason, retry_after, text: violation.to_string() };
        self.end(&close);
        self.events.push_back(Event::Closed(Closed::Broken(violation)));
    }

    pub(super) fn end(&mut self, close: &Close) {
        let mut frame = Vec::new();
        Message::Goodbye(close.clone()).write(&mut frame);
        self.frames.push_back(frame);
        self.droppable.clear();
        self.phase = Phase::Closed;
    }
}
