mod receiving;

use std::collections::VecDeque;

use crdt_core::sorted::sort;
use crdt_core::{Author, DocumentId};

use super::closing::{Close, CloseReason};
use super::event::{Closed, Event};
use super::frame::{MAX_MESSAGE, Message, Refused};
use super::handshake::Handshake;
use super::presence::{Presence, Presences};
use super::request::{Answer, Fresh, Request, RequestId};
use super::session::Session;
use super::settings::{Role, Settings};
use super::time::Time;
use super::violation::Violation;

/// Milliseconds after which presence that was not said anew expires.
const PRESENCE_LIFETIME: u64 = 60_000;
/// Authors whose presence is remembered, on one connection.
const MAX_PRESENT: usize = 4096;

/// One side of a connection, without IO: it is given what came and what time it is, and says what
/// is to be sent, asked and told.
#[derive(Debug)]
pub struct Connection {
    settings: Settings,
    role: Role,
    phase: Phase,
    /// Frames to be sent before all others.
    frames: VecDeque<Vec<u8>>,
    /// The latest ping to be sent, and the latest one to be answered: who asks and does not listen
    /// costs no memory.
    ping: Option<u64>,
    pong: Option<u64>,
    /// Presence and messages to be sent.
    droppable: VecDeque<Vec<u8>>,
    events: VecDeque<Event>,
    next_request: u64,
    admission: Option<RequestId>,
    /// What is followed from when both sides have proven their keys.
    subscribed: Vec<DocumentId>,
    sets: Vec<Vec<DocumentId>>,
    presences: Presences,
    clock: Clock,
    began: Time,
}

#[derive(Debug)]
enum Phase {
    Handshake(Handshake),
    /// The dialer has proven its key; the host is asked whether it may be here.
    Admission(Box<Session>, Admission),
    Open(Box<Session>),
    Closed,
}

/// How far the admission of a dialer has come, and what it has said in the meantime.
#[derive(Debug, Default)]
struct Admission {
    is_asked: bool,
    frames: Vec<Vec<u8>>,
    bytes: usize,
}

/// When what is due.
#[derive(Debug)]
struct Clock {
    heard: Time,
    ticked: Time,
    pings: u64,
    /// How often in a row the sides had different heads although all was settled.
    differed: u32,
    /// Presence and messages that may still come, in thousandths, and when that was counted.
    allowance: (u64, Time),
}

impl Connection {
    /// Begins a connection. The entropy is 32 bytes that nobody can guess, other ones each time.
    pub fn new(role: Role, settings: Settings, entropy: [u8; 32], now: Time) -> Self {
        let (handshake, sent) = Handshake::new(role, &settings, entropy);
        let allowance = (u64::from(settings.droppable_rate) * 1000, now);
        Self {
            settings,
            role,
            phase: Phase::Handshake(handshake),
            frames: sent.into_iter().collect(),
            ping: None,
            pong: None,
            droppable: VecDeque::new(),
            events: VecDeque::new(),
            next_request: 0,
            admission: None,
            subscribed: Vec::new(),
            sets: Vec::new(),
            presences: Presences::new(PRESENCE_LIFETIME, MAX_PRESENT),
            clock: Clock { heard: now, ticked: now, pings: 0, differed: 0, allowance },
            began: now,
        }
    }

    /// Who the other side is, once it has proven that and was admitted.
    pub fn peer(&self) -> Option<Author> {
        match &self.phase {
            Phase::Open(session) => Some(session.peer.author),
            _ => None,
        }
    }

    /// Whether the other side has proven its key, and the host has not said yet whether it may be
    /// here. What it sends meanwhile would have to be kept, so it is best not read.
    pub fn is_admitting(&self) -> bool {
        matches!(self.phase, Phase::Admission(..))
    }

    /// Bytes that are held for the other side, beside a fixed amount for each document that it has
    /// opened: what it sent that is not taken in, what was said to compare documents, and what waits to
    /// be sent. `docs/sync-protocol.md` says what bounds them.
    pub fn held(&self) -> u64 {
        match &self.phase {
            Phase::Open(session) => session.held(),
            _ => 0,
        }
    }

    /// Whether the connection is over: what [`poll_transmit`](Self::poll_transmit) still gives is
    /// to be sent, then the transport closed.
    pub fn is_closed(&self) -> bool {
        matches!(self.phase, Phase::Closed)
    }
}

/// Bytes in and out.
impl Connection {
    /// Takes a frame from the other side. After an error the connection is over, and what is still
    /// to be sent tells the other side why.
    ///
    /// # Errors
    /// [`Violation`] if the other side broke the protocol.
    pub fn receive(&mut self, now: Time, frame: &[u8]) -> Result<(), Violation> {
        if self.is_closed() {
            return Ok(());
        }
        self.clock.heard = now;
        let taken = self.take(now, frame);
        taken.inspect_err(|violation| self.break_off(violation.clone()))
    }

    /// The next frame to send: one binary message, of at most 1 MiB.
    pub fn poll_transmit(&mut self, now: Time) -> Option<Vec<u8>> {
        let _ = now;
        if let Some(frame) = self.frames.pop_front() {
            return Some(frame);
        }
        let mut frame = Vec::new();
        if let Phase::Open(session) = &mut self.phase {
            let heads = session.summary();
            if let Some(number) = self.ping.take() {
                Message::Ping { number, heads }.write(&mut frame);
            }
            if let Some(number) = self.pong.take() {
                Message::Pong { number, heads }.write(&mut frame);
            }
            while frame.len() < MAX_MESSAGE {
                let Some(message) = self.droppable.pop_front() else { break };
                frame.extend_from_slice(&message);
            }
            session.fill(&mut frame);
        }
        (!frame.is_empty()).then_some(frame)
    }
}

/// What the host is asked and told, and what it wants.
impl Connection {
    /// The next thing to find out or do. Each is given once.
    pub fn poll_request(&mut self) -> Option<(RequestId, Request)> {
        match &mut self.phase {
            Phase::Admission(session, admission) if !admission.is_asked => {
                admission.is_asked = true;
                let id = RequestId(self.next_request);
                self.next_request += 1;
                self.admission = Some(id);
                Some((id, Request::Admit { peer: session.peer.author }))
            }
            Phase::Open(session) => session.ask(&mut self.next_request),
            _ => None,
        }
    }

    /// Answers a request. What was not asked, or was asked before the connection ended, is ignored.
    pub fn answer(&mut self, now: Time, id: RequestId, answer: Answer) {
        let answered = if self.admission == Some(id) {
            self.admission = None;
            self.admit(now, answer)
        } else {
            self.with_session(|session, events| session.answer(id, answer, events))
        };
        if let Err(violation) = answered {
            self.break_off(violation);
        }
    }

    fn admit(&mut self, now: Time, answer: Answer) -> Result<(), Violation> {
        match answer {
            Answer::Admitted => {
                let Phase::Admission(session, admission) =
                    core::mem::replace(&mut self.phase, Phase::Closed)
                else {
                    return Ok(());
                };
                self.begin(session);
                admission.frames.iter().try_for_each(|frame| self.take(now, frame))
            }
            Answer::NotAdmitted { reason, retry_after } => {
                let kind =
                    if retry_after.is_some() { CloseReason::Busy } else { CloseReason::Refused };
                self.close(Close { reason: kind, retry_after, text: reason });
                Ok(())
            }
            _ => {
                self.close(Close::new(CloseReason::Busy, "the other side cannot serve now"));
                Ok(())
            }
        }
    }

    /// The next thing that happened.
    pub fn poll_event(&mut self) -> Option<Event> {
        self.events.pop_front()
    }

    /// Follows a document: both sides get what they lack, and then what changes. Whether it is
    /// known already when it is subscribed is the host's to say ([`Ask::Open`](super::Ask::Open)). One
    /// that is more than what the other side takes is told to be refused
    /// ([`Busy`](super::Refused::Busy)), and can be subscribed again later.
    pub fn subscribe(&mut self, document: DocumentId) {
        match &mut self.phase {
            Phase::Open(session) => {
                if !session.subscribe(document) {
                    self.beyond([document]);
                }
            }
            Phase::Closed => {}
            _ => self.subscribed.push(document),
        }
    }

    /// The other side takes no more documents: those are not opened there.
    fn beyond(&mut self, documents: impl IntoIterator<Item = DocumentId>) {
        let refused = |document| Event::Refused { document, reason: Refused::Busy };
        self.events.extend(documents.into_iter().map(refused));
    }

    /// Follows a set of documents, as [`subscribe`](Self::subscribe) does each, for few bytes where
    /// most of them are the same on both sides and the other side remembers the set: so the set
    /// should be the same from connection to connection, and what comes and goes be subscribed by
    /// itself. There can be one set on a connection; those of further ones are followed one by one.
    pub fn subscribe_set(&mut self, documents: impl IntoIterator<Item = DocumentId>) {
        let mut documents: Vec<DocumentId> = documents.into_iter().collect();
        sort(&mut documents);
        documents.dedup();
        match &mut self.phase {
            Phase::Open(session) => {
                let beyond = session.subscribe_set(documents);
                self.beyond(beyond);
            }
            Phase::Closed => {}
            _ => self.sets.push(documents),
        }
    }

    /// Follows a document no more. The other side is told, and does not follow it on this
    /// connection either.
    pub fn unsubscribe(&mut self, document: DocumentId) {
        self.subscribed.retain(|other| *other != document);
        if let Phase::Open(session) = &mut self.phase {
            session.unsubscribe(document);
        }
    }

    /// Serves a document to the other side no more, or takes no more changes of it.
    pub fn refuse(&mut self, document: DocumentId, reason: Refused) {
        if let Phase::Open(session) = &mut self.phase {
            session.refuse(document, reason);
        }
    }

    /// Sends what was made here, or came from elsewhere, and is durable. It is told to every
    /// connection but the one that it came from, and to that one as the answer to what brought it.
    /// A document that neither side follows is passed over.
    pub fn local_change(&mut self, document: DocumentId, fresh: &Fresh) {
        if let Phase::Open(session) = &mut self.phase {
            session.local_change(document, fresh);
        }
    }

    /// Whether a document is spoken of on this connection: it was opened or followed, and not left.
    pub fn is_followed(&self, document: &DocumentId) -> bool {
        matches!(&self.phase, Phase::Open(session) if session.is_followed(document))
    }

    /// Whether both sides have the same changes of a document, as far as is known here.
    pub fn is_synced(&self, document: &DocumentId) -> bool {
        matches!(&self.phase, Phase::Open(session) if session.is_synced(document))
    }

    /// Sends presence in a document that either side follows, and that neither refuses. If too much
    /// waits, the oldest is dropped.
    pub fn presence(&mut self, document: &DocumentId, presence: &Presence) {
        let Phase::Open(session) = &self.phase else { return };
        let Some(handle) = session.shown_by(document) else { return };
        let mut message = Vec::new();
        Message::Presence { handle, presence: presence.clone() }.write(&mut message);
        self.push_droppable(message);
    }

    /// Sends a message of at most 8 KiB: to a relay, for a peer; from a relay, with whom it is
    /// from. Says whether it was short enough. If too much waits, the oldest is dropped.
    pub fn message(&mut self, peer: Author, bytes: &[u8]) -> bool {
        let mut message = Vec::new();
        Message::Peer { peer, bytes }.write(&mut message);
        if bytes.len() <= MAX_MESSAGE {
            self.push_droppable(message);
        }
        bytes.len() <= MAX_MESSAGE
    }

    fn push_droppable(&mut self, message: Vec<u8>) {
        if self.droppable.len() >= self.settings.droppable {
            self.droppable.pop_front();
        }
        self.droppable.push_back(message);
    }

    /// Ends the connection, and says why.
    pub fn close(&mut self, close: Close) {
        if !self.is_closed() {
            self.end(&close);
            self.events.push_back(Event::Closed(Closed::Here(close)));
        }
    }
}

/// Time.
impl Connection {
    /// When [`handle_timeout`](Self::handle_timeout) is to be called, if nothing else happens
    /// before.
    pub fn poll_timeout(&self) -> Option<Time> {
        match self.phase {
            Phase::Closed => None,
            Phase::Handshake(_) => Some(self.began + self.settings.handshake),
            _ => {
                let next = self.clock.ticked + self.settings.ping;
                Some(self.presences.next_expiry().map_or(next, |expiry| expiry.min(next)))
            }
        }
    }

    /// Does what is due: pings, says again what was not answered, gives up.
    pub fn handle_timeout(&mut self, now: Time) {
        for (document, author) in self.presences.expire(now) {
            self.events.push_back(Event::Absent { document, author });
        }
        if matches!(self.phase, Phase::Handshake(_)) {
            if self.began + self.settings.handshake <= now {
                self.break_off(Violation::SlowHandshake);
            }
            return;
        }
        if self.is_closed() || self.clock.ticked + self.settings.ping > now {
            return;
        }
        self.clock.ticked = now;
        if self.clock.heard + 3 * self.settings.ping <= now {
            return self.break_off(Violation::Silent);
        }
        let differs = self.clock.differed >= 2;
        if let Phase::Open(session) = &mut self.phase {
            session.tick(differs);
            self.clock.pings += 1;
            self.ping = Some(self.clock.pings);
        }
    }
}
