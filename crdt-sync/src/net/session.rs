//! A connection as it is served: the protocol on one side, a socket, documents and other connections
//! on the other.

use core::future::{pending, poll_fn};
use core::pin::Pin;
use core::time::Duration;
use std::net::IpAddr;
use std::sync::Arc;
use std::time::Instant;

use crdt_core::{Author, DocumentId};
use tokio::sync::{mpsc, watch};
use tokio::time::{sleep_until, timeout};
use tracing::Instrument as _;

use super::hub::{Clerk, Desk, Done, Errand, Hub, Mail, Mailbox, Policy, Reviewed, Seat};
use super::socket::{Incoming, Turn, Wire};
use crate::access::{Right, Token};
use crate::dialing::{Again, Allowance, Ended, FEW, TO_PEERS, TO_RELAYS};
use crate::host::{Standing, To};
use crate::protocol::{Close, CloseReason, Closed, Connection, Event, Refused, Role, Settings};

/// How a connection came about.
pub(crate) struct Setup {
    pub(crate) role: Role,
    pub(crate) settings: Settings,
    /// 32 bytes that nobody can guess.
    pub(crate) entropy: [u8; 32],
    /// Where the other side is.
    pub(crate) address: IpAddr,
    /// What it has shown.
    pub(crate) token: Option<Token>,
    /// Whether this side is a relay that dialed another.
    pub(crate) is_link: bool,
    /// Told whose key the other side has, once it has proven that.
    pub(crate) authenticated: Option<Box<dyn Fn(Author) + Send + Sync>>,
    /// Its place among the connections, which is free again when it is over and all is answered.
    pub(crate) seat: Option<Seat>,
}

/// How long the other side has to take what is sent last, and to end a WebSocket that is over.
const GOODBYE: Duration = Duration::from_secs(2);

/// Within how many milliseconds documents are asked for again that could not be served.
const SPREAD: u64 = 2000;

/// Serves a connection until it is over. What is kept for it is in the future, once.
pub(crate) fn serve(hub: Arc<Hub>, wire: Wire, setup: Setup) -> impl Future<Output = Ended> + Send {
    let (number, mut cut) = (hub.number(), hub.cut());
    let span = tracing::info_span!("connection", number, address = %setup.address);
    let mut session = span.in_scope(|| Session::new(hub, number, wire, setup));
    let serving = async move {
        let ended = tokio::select! {
            ended = session.run() => ended,
            _ = cut.wait_for(|cut| *cut) => session.lost("it did not end in time"),
        };
        if let Some(author) = session.peer {
            tracing::info!(%author, ?ended, "the connection is over");
        } else {
            tracing::debug!(?ended, "the connection is over");
        }
        ended
    };
    serving.instrument(span)
}

struct Session {
    hub: Arc<Hub>,
    number: u32,
    it: Connection,
    wire: Wire,
    desk: Desk,
    answers: mpsc::UnboundedReceiver<Box<Done>>,
    mailbox: Mailbox,
    peer: Option<Author>,
    /// What documents note it by.
    to: Option<To>,
    authenticated: Option<Box<dyn Fn(Author) + Send + Sync>>,
    /// Told when permissions have changed.
    changed: Option<watch::Receiver<u64>>,
    /// Looking at them anew.
    review: Option<Review>,
    /// How much presence and how many messages may be sent.
    allowance: Allowance,
    /// Since when something has not left.
    stuck: Option<Instant>,
    /// Documents that the other side could not serve.
    again: Again,
    closed: Option<Closed>,
}

type Review = Pin<Box<dyn Future<Output = Reviewed> + Send>>;

impl Session {
    fn new(hub: Arc<Hub>, number: u32, wire: Wire, setup: Setup) -> Self {
        let Setup { role, settings, entropy, address, token, is_link, authenticated, seat } = setup;
        let mailbox = hub.enter(number, Some(address));
        let (desk, answers) =
            Desk::new(Clerk::new(hub.clone(), number, address, token, is_link, seat));
        let it = Connection::new(role, settings, entropy, hub.now());
        let allowance = Allowance::new(match role {
            Role::Dialer => TO_RELAYS,
            Role::Listener => TO_PEERS,
        });
        let changed = match &hub.policy {
            Policy::Relay(access) => access.changed(),
            Policy::Bound => None,
        };
        Self {
            hub,
            number,
            it,
            wire,
            desk,
            answers,
            mailbox,
            peer: None,
            to: None,
            authenticated,
            changed,
            review: None,
            allowance,
            stuck: None,
            again: Again::within(SPREAD),
            closed: None,
        }
    }

    async fn run(&mut self) -> Ended {
        loop {
            self.settle();
            self.fill();
            if let Some(closed) = self.closed.take_if(|_| !self.wire.is_sending()) {
                return self.part(closed).await;
            }
            if let Some(ended) = self.turn().await {
                return ended;
            }
        }
    }

    /// Waits until something happens, and does what follows.
    async fn turn(&mut self) -> Option<Ended> {
        let (is_open, is_known) = (self.closed.is_none(), self.peer.is_some());
        let wake = self.wake();
        // What a side says that is not admitted yet waits where it is.
        let receives = !self.it.is_admitting();
        tokio::select! {
            turn = poll_fn(|context| self.wire.poll(context, receives)) => return self.turned(turn),
            Some(done) = self.answers.recv() => self.answered(*done),
            Some(mail) = self.mailbox.mail.next(), if is_open && self.wire.is_free() => {
                self.deliver(mail);
            }
            Ok(()) = self.mailbox.end.changed(), if is_open => {
                let close = self.mailbox.end.borrow_and_update().clone();
                self.close(close.unwrap_or_else(|| Close::new(CloseReason::Done, "")));
            }
            // One after the other, and of those who are known: what has changed meanwhile is seen then.
            () = changed(&mut self.changed), if is_open && self.review.is_none() && is_known => {
                self.review = Some(Box::pin(self.desk.review()));
            }
            reviewed = reviewed(&mut self.review) => {
                self.review = None;
                self.reviewed(reviewed);
            }
            () = sleep_until(wake.into()) => return self.woken(),
        }
        None
    }

    /// Hears what the protocol tells, and begins what it asks for.
    fn settle(&mut self) {
        // What is done about an event may be to ask something.
        while let Some(event) = self.it.poll_event() {
            self.hear(event);
        }
        while let Some((id, request)) = self.it.poll_request() {
            self.desk.ask(id, request);
        }
    }

    /// Puts the next frame on its way.
    fn fill(&mut self) {
        if self.wire.is_free()
            && let Some(frame) = self.it.poll_transmit(self.hub.now())
        {
            self.hub.metrics.frames_out.add(1);
            self.hub.metrics.bytes_out.add(frame.len() as u64);
            self.wire.send(frame);
        }
        self.stuck = match self.stuck {
            _ if !self.wire.is_sending() => None,
            None => Some(Instant::now()),
            stuck => stuck,
        };
    }

    /// When there is something to do at the latest.
    fn wake(&self) -> Instant {
        let protocol = self.it.poll_timeout().map(|time| self.hub.instant(time));
        let stuck = self.stuck.map(|since| since + self.patience());
        let again = self.again.when();
        let far = || Instant::now() + Duration::from_secs(3600);
        protocol.into_iter().chain(stuck).chain(again).min().unwrap_or_else(far)
    }

    /// How long what is sent may take to leave.
    fn patience(&self) -> Duration {
        if self.closed.is_some() { GOODBYE } else { self.hub.bounds.write }
    }

    fn turned(&mut self, turn: Turn) -> Option<Ended> {
        match turn {
            Turn::Sent => self.stuck = None,
            Turn::Received(Incoming::Binary(bytes)) => {
                self.hub.metrics.frames_in.add(1);
                self.hub.metrics.bytes_in.add(bytes.len() as u64);
                if let Err(violation) = self.it.receive(self.hub.now(), &bytes) {
                    let author = self.peer.map(tracing::field::display);
                    tracing::info!(%violation, author, "a connection broke the protocol");
                    self.hub.metrics.violations.add(1);
                }
            }
            Turn::Received(Incoming::Text) => {
                self.hub.metrics.violations.add(1);
                self.close(Close::new(CloseReason::Violation, "frames are binary, and not text"));
            }
            Turn::Received(Incoming::Control) => {}
            Turn::Received(Incoming::Close) | Turn::Lost(None) => {
                return Some(self.lost("the connection was closed"));
            }
            Turn::Lost(Some(error)) => return Some(self.lost(&error)),
        }
        None
    }

    /// What the connection came to, now that the transport is gone.
    fn lost(&mut self, why: &str) -> Ended {
        match self.closed.take() {
            Some(closed) => Ended::Closed(closed),
            None => Ended::Lost(why.to_owned()),
        }
    }

    fn woken(&mut self) -> Option<Ended> {
        let is_stuck = self.stuck.is_some_and(|since| since.elapsed() >= self.patience());
        if is_stuck {
            if self.closed.is_none() {
                self.hub.metrics.too_slow.add(1);
            }
            return Some(self.lost("what was sent was not taken for too long"));
        }
        while let Some(document) = self.again.due() {
            self.it.subscribe(document);
        }
        self.it.handle_timeout(self.hub.now());
        None
    }

    fn answered(&mut self, done: Done) {
        self.desk.go_on(&done);
        // What was left while it was looked up is followed by nobody.
        for document in done.documents.iter().filter(|document| !self.it.is_followed(document)) {
            self.desk.left(*document);
        }
        for (id, answer) in done.answers {
            self.it.answer(self.hub.now(), id, answer);
        }
        self.follow(done.linked);
    }

    fn close(&mut self, close: Close) {
        if close.reason == CloseReason::TooSlow {
            self.hub.metrics.too_slow.add(1);
        }
        self.it.close(close);
    }

    fn deliver(&mut self, mail: Mail) {
        match mail {
            Mail::Grown(it) => self.it.local_change(it.document, &it.fresh),
            Mail::Errands => {
                for (document, errand) in self.hub.take_errands(self.number) {
                    match errand {
                        Errand::Follow => self.it.subscribe(document),
                        Errand::FollowAnew => {
                            self.leave(document);
                            self.it.subscribe(document);
                        }
                        Errand::Leave => self.leave(document),
                    }
                }
            }
            // It goes on being followed, should it be taken in again.
            Mail::Removed(document) => self.it.refuse(document, Refused::Unknown),
            Mail::Presence(_) | Mail::Message { .. } if !self.allowance.spend() => {}
            Mail::Presence(presence) => self.it.presence(&presence.0, &presence.1),
            Mail::Message { peer, bytes } => {
                self.it.message(peer, &bytes);
            }
        }
    }

    fn leave(&mut self, document: DocumentId) {
        self.again.forget(&document);
        self.it.unsubscribe(document);
        self.desk.left(document);
    }

    /// Holds the other side to permissions that have changed.
    fn reviewed(&mut self, review: Reviewed) {
        if !review.may_stay {
            self.close(Close::new(
                CloseReason::Refused,
                "this relay does not let the key, or the token, in any more",
            ));
            return;
        }
        for (document, right) in review.less {
            let reason = if right == Right::None { Refused::Forbidden } else { Refused::ReadOnly };
            self.it.refuse(document, reason);
            if right == Right::None {
                self.desk.left(document);
            }
        }
        if review.is_more {
            // What was refused on a connection stays so until it is made anew.
            let text = "there are more permissions than before: connect again";
            let close = Close::new(CloseReason::Busy, text);
            self.close(Close { retry_after: Some(0), ..close });
        }
    }

    fn hear(&mut self, event: Event) {
        match event {
            Event::Authenticated(author) => self.authenticated(author),
            Event::Synced { document } => self.note(document, Standing::synced),
            Event::Durable { document, heads } => self.note(document, |standing, to| {
                standing.durable(to, heads.clone());
                false
            }),
            Event::Set { hash, documents } => self.hub.remember(hash, documents),
            Event::SetSynced => self.set_synced(),
            Event::Left { document } => self.left(document),
            Event::Refused { document, reason } => self.refused(document, reason),
            Event::Presence { document, presence } if self.is_relaying() => {
                self.hub.pass_on(document, presence, Some(self.number));
            }
            Event::Presence { document, presence } => self.hub.hear(document, &presence),
            Event::Message { peer, bytes } if self.is_relaying() => {
                if let Some(from) = self.peer {
                    self.hub.deliver(from, peer, bytes);
                }
            }
            Event::Message { peer, bytes } => self.hub.inbox.put(peer, bytes),
            // From now on what is sent has less time.
            Event::Closed(closed) => (self.closed, self.stuck) = (Some(closed), None),
            _ => {}
        }
    }

    /// The other side has left a document. A relay that nobody asks for it any more does, also for those
    /// who do here: for them it is followed there again.
    fn left(&mut self, document: DocumentId) {
        self.again.forget(&document);
        self.desk.left(document);
        if self.hub.is_wanted_at_link(self.number, &document) {
            self.it.subscribe(document);
        }
    }

    fn is_relaying(&self) -> bool {
        matches!(self.hub.policy, Policy::Relay(_))
    }

    fn refused(&mut self, document: DocumentId, reason: Refused) {
        tracing::debug!(%document, ?reason, "the other side does not serve a document");
        self.note(document, |standing, to| {
            standing.refused(to, reason);
            false
        });
        if reason == Refused::Busy {
            self.again.later(document);
        }
    }

    /// The other side has what was said of all documents of the set, if nothing else is told of them.
    fn set_synced(&self) {
        for (document, heads) in self.desk.said_of_set() {
            if self.it.is_synced(&document) {
                self.note(document, |standing, to| standing.settled(to, heads.clone()));
            }
        }
    }

    /// Notes how the other side stands to a document, and if it has come to follow it, shows there who is
    /// here.
    fn note(&self, document: DocumentId, note: impl Fn(&mut Standing, To) -> bool) {
        let Some(to) = self.to else { return };
        for entry in self.hub.bound_entries(&document) {
            entry.note_of(to, &note);
        }
    }

    fn authenticated(&mut self, author: Author) {
        tracing::info!(%author, "authenticated");
        self.hub.metrics.authenticated.add(1);
        (self.peer, self.to) = (Some(author), Some(To::new(self.hub.peer, author)));
        self.wire.trust();
        self.hub.authenticated(self.number, author);
        if let Some(authenticated) = &self.authenticated {
            authenticated(author);
        }
        match &self.hub.policy {
            Policy::Bound => self.follow(self.hub.bound()),
            Policy::Relay(_) => self.desk.link(),
        }
    }

    /// Follows documents that are to be kept up to date with the other side without its asking.
    fn follow(&mut self, documents: Vec<DocumentId>) {
        if documents.len() > FEW {
            self.it.subscribe_set(documents);
        } else {
            for document in documents {
                self.it.subscribe(document);
            }
        }
    }

    /// Ends the WebSocket as well, and gives the other side a moment to do so.
    async fn part(&mut self, closed: Closed) -> Ended {
        let code = match &closed {
            Closed::Here(close) | Closed::There(close) if !close.reason.is_final() => 1001,
            Closed::Broken(_) => 1002,
            _ => 1008,
        };
        self.wire.close(code);
        let parting = async {
            loop {
                let turn = poll_fn(|context| self.wire.poll(context, true)).await;
                if matches!(turn, Turn::Lost(_)) {
                    return;
                }
            }
        };
        // Whoever does not answer is not waited for.
        let _ = timeout(GOODBYE, parting).await;
        Ended::Closed(closed)
    }
}

/// However it ends, others are to know that it has.
impl Drop for Session {
    fn drop(&mut self) {
        if let Some(to) = self.to {
            for entry in self.hub.bound().iter().flat_map(|id| self.hub.bound_entries(id)) {
                entry.note(|standing| standing.lost(to));
            }
        }
        self.hub.exit(self.number, || self.desk.documents());
    }
}

async fn changed(changed: &mut Option<watch::Receiver<u64>>) {
    match changed {
        Some(receiver) => {
            if receiver.changed().await.is_err() {
                pending::<()>().await;
            }
        }
        None => pending().await,
    }
}

async fn reviewed(review: &mut Option<Review>) -> Reviewed {
    match review {
        Some(review) => review.await,
        None => pending().await,
    }
}
