//! A connection as it is served: the protocol on one side, a WebSocket and documents on the other.

use core::time::Duration;
use std::sync::Arc;

use crdt_core::{Author, DocumentId};
use tokio::sync::mpsc;
use web_time::Instant;

use super::desk::{Desk, Done};
use super::hub::{Hub, Mail};
use super::sleep::Sleep;
use super::socket::{DRAIN, Heard, Socket};
use crate::dialing::{Again, Allowance, Ended, FEW, TO_RELAYS};
use crate::host::{Mailbox, Standing, To};
use crate::protocol::{
    Close, CloseReason, Closed, Connection, Event, Refused, Role, Settings, Time,
};

/// How long what was sent may stay here.
const WRITE: Duration = Duration::from_secs(30);

/// How long what is said at the end has to leave.
const GOODBYE: Duration = Duration::from_secs(2);

/// Within how many milliseconds documents are asked for again that could not be served.
const SPREAD: u64 = 1000;

/// Serves a connection that is open until it is over. Whose key the relay has is told once it has
/// proven that.
pub(super) async fn serve(
    hub: Arc<Hub>,
    socket: Socket,
    settings: Settings,
    entropy: [u8; 32],
    authenticated: impl Fn(Author),
) -> Ended {
    let (number, mailbox) = hub.enter();
    let (desk, answers) = Desk::new(hub.clone(), number);
    let it = Connection::new(Role::Dialer, settings, entropy, hub.now());
    let mut session = Session {
        hub,
        number,
        it,
        socket,
        desk,
        answers,
        mailbox,
        peer: None,
        to: None,
        authenticated,
        allowance: Allowance::new(TO_RELAYS),
        again: Again::within(SPREAD),
        closed: None,
    };
    session.run().await
}

struct Session<A> {
    hub: Arc<Hub>,
    number: u32,
    it: Connection,
    socket: Socket,
    desk: Desk,
    answers: mpsc::UnboundedReceiver<Done>,
    mailbox: Mailbox<Mail>,
    peer: Option<Author>,
    /// What documents note it by.
    to: Option<To>,
    authenticated: A,
    /// How much presence may be sent.
    allowance: Allowance,
    /// Documents that the other side could not serve.
    again: Again,
    closed: Option<Closed>,
}

impl<A> Session<A> {
    async fn run(&mut self) -> Ended
    where
        A: Fn(Author),
    {
        loop {
            self.settle();
            self.fill();
            if let Some(closed) = self.closed.take() {
                return self.part(closed).await;
            }
            if let Some(ended) = self.turn().await {
                return ended;
            }
        }
    }

    /// Waits until something happens, and does what follows.
    async fn turn(&mut self) -> Option<Ended> {
        let wake = Sleep::new(self.wake());
        tokio::select! {
            heard = self.socket.next() => return self.heard(heard),
            Some(done) = self.answers.recv() => self.answered(done),
            Some(mail) = self.mailbox.mail.next(), if self.socket.is_free() => self.deliver(mail),
            Ok(()) = self.mailbox.end.changed() => {
                let close = self.mailbox.end.borrow_and_update().clone();
                self.it.close(close.unwrap_or_else(|| Close::new(CloseReason::Done, "")));
            }
            () = wake => return self.woken(),
        }
        None
    }

    /// Hears what the protocol tells, and begins what it asks for.
    fn settle(&mut self)
    where
        A: Fn(Author),
    {
        // What is done about an event may be to ask something.
        while let Some(event) = self.it.poll_event() {
            self.hear(event);
        }
        while let Some((id, request)) = self.it.poll_request() {
            self.desk.ask(id, request);
        }
    }

    /// Puts on its way what the browser has room for.
    fn fill(&mut self) {
        while self.socket.is_free()
            && let Some(frame) = self.it.poll_transmit(self.hub.now())
        {
            self.socket.send(&frame);
        }
    }

    /// After how long there is something to do at the latest.
    fn wake(&self) -> Duration {
        let until = |time: Time| {
            Duration::from_millis(time.as_millis().saturating_sub(self.hub.now().as_millis()))
        };
        let protocol = self.it.poll_timeout().map(until);
        let again = self.again.when().map(|when| when.saturating_duration_since(Instant::now()));
        // A browser does not say when something has left.
        let drained = (!self.socket.is_free()).then_some(DRAIN);
        let far = Duration::from_secs(3600);
        protocol.into_iter().chain(again).chain(drained).min().unwrap_or(far)
    }

    fn heard(&mut self, heard: Heard) -> Option<Ended> {
        match heard {
            Heard::Open => {}
            Heard::Binary(bytes) => {
                if let Err(violation) = self.it.receive(self.hub.now(), &bytes) {
                    tracing::info!(%violation, peer = ?self.peer, "a relay broke the protocol");
                }
            }
            Heard::Text => {
                let text = "frames are binary, and not text";
                self.it.close(Close::new(CloseReason::Violation, text));
            }
            Heard::Gone(why) => return Some(Ended::Lost(why)),
        }
        None
    }

    fn woken(&mut self) -> Option<Ended> {
        if self.socket.stuck_for() >= WRITE {
            return Some(Ended::Lost("what was sent was not taken for too long".to_owned()));
        }
        while let Some(document) = self.again.due() {
            self.it.subscribe(document);
        }
        self.it.handle_timeout(self.hub.now());
        None
    }

    fn answered(&mut self, mut done: Done) {
        self.desk.go_on(&mut done);
        for (id, answer) in done.answers {
            self.it.answer(self.hub.now(), id, answer);
        }
    }

    fn deliver(&mut self, mail: Mail) {
        match mail {
            Mail::Grown(document, fresh) => self.it.local_change(document, &fresh),
            Mail::Follow(document) => self.it.subscribe(document),
            Mail::Leave(document) => {
                self.again.forget(&document);
                self.it.unsubscribe(document);
            }
            Mail::Presence(_) | Mail::Message(..) if !self.allowance.spend() => {}
            Mail::Presence(said) => self.it.presence(&said.0, &said.1),
            Mail::Message(to, bytes) => {
                self.it.message(to, &bytes);
            }
        }
    }

    fn hear(&mut self, event: Event)
    where
        A: Fn(Author),
    {
        match event {
            Event::Authenticated(author) => {
                (self.peer, self.to) = (Some(author), Some(To::new(self.hub.peer, author)));
                (self.authenticated)(author);
                let documents = self.hub.bound();
                if documents.len() > FEW {
                    self.it.subscribe_set(documents);
                } else {
                    for document in documents {
                        self.it.subscribe(document);
                    }
                }
            }
            Event::Synced { document } => self.note(document, Standing::synced),
            Event::Durable { document, heads } => self.note(document, |standing, to| {
                standing.durable(to, heads.clone());
                false
            }),
            Event::SetSynced => self.set_synced(),
            Event::Refused { document, reason } => self.refused(document, reason),
            Event::Presence { document, presence } => self.hub.hear(document, &presence),
            Event::Message { peer, bytes } => self.hub.inbox.put(peer, bytes),
            Event::Closed(closed) => self.closed = Some(closed),
            _ => {}
        }
    }

    fn refused(&mut self, document: DocumentId, reason: Refused) {
        tracing::debug!(%document, ?reason, "the relay does not serve a document");
        self.note(document, |standing, to| {
            standing.refused(to, reason);
            false
        });
        if reason == Refused::Busy {
            self.again.later(document);
        }
    }

    /// The relay has what was said of all documents of the set, if nothing else is told of them.
    fn set_synced(&mut self) {
        for (document, heads) in self.desk.said_of_set() {
            if self.it.is_synced(&document) {
                self.note(document, |standing, to| standing.settled(to, heads.clone()));
            }
        }
    }

    /// Notes how the relay stands to a document, and if it has come to follow it, shows there who is
    /// here.
    fn note(&self, document: DocumentId, note: impl Fn(&mut Standing, To) -> bool) {
        let Some(to) = self.to else { return };
        for entry in self.hub.entries(&document) {
            entry.note_of(to, &note);
        }
    }

    /// Lets what was said last leave.
    async fn part(&mut self, closed: Closed) -> Ended {
        let mut left = GOODBYE;
        self.fill();
        while self.socket.is_sending() && !left.is_zero() {
            Sleep::new(DRAIN).await;
            self.fill();
            left = left.saturating_sub(DRAIN);
        }
        Ended::Closed(closed)
    }
}

/// However it ends, the documents are to know that it has.
impl<A> Drop for Session<A> {
    fn drop(&mut self) {
        if let Some(to) = self.to {
            for entry in self.hub.bound().iter().flat_map(|document| self.hub.entries(document)) {
                entry.note(|standing| standing.lost(to));
            }
        }
        self.hub.exit(self.number);
    }
}
