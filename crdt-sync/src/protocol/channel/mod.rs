//! One document on a connection: what is known of the two replicas, and what is to be said, asked
//! and sent next. A channel does nothing itself: the [session](super::session) asks each in its
//! turn.

mod account;
mod compare;
mod found;
mod outgoing;
mod receiving;
mod sending;
mod sketching;

pub(super) use outgoing::Used;

use crdt_core::{ApplyError, DocumentId, Refusal, Tip};

use crate::shorthand;

use super::digest::{Salt, first_of};
use super::event::Event;
use super::frame::{Digest, Heads, MAX_HEADS, Message, Refused, Statement};
use super::request::{Access, Answer, Ask, RequestId, Version};
use super::session::{Account, Places, Turn};
use super::settings::{Credit, Role};
use super::violation::Violation;
use compare::Comparing;
use outgoing::Outgoing;
use receiving::Incoming;

/// One document on a connection.
#[derive(Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is known or not by itself")]
pub(super) struct Channel {
    pub(super) document: DocumentId,
    /// The number by which it is called, and those by which it may be.
    pub(super) handle: u64,
    pub(super) names: Names,
    /// What it was last entered with, and where it stands in queues.
    pub(super) account: Account,
    pub(super) places: Places,
    role: Role,
    salt: Salt,
    /// Whether this side follows it, and whether the other does.
    pub(super) is_followed_here: bool,
    pub(super) is_followed_there: bool,
    /// Whether it was opened here by that number, and whether the other side is known to know it.
    pub(super) has_opened: bool,
    pub(super) is_named: bool,
    stage: Stage,
    /// What asks the host to open it.
    opening: Option<RequestId>,
    access: Access,
    lacks_genesis: bool,
    /// Whether the host has not said what is durable here, only what its heads come to.
    is_unknown: bool,
    /// What is durable here, as far as the host has said, a hash of its heads, and eight bytes for
    /// them.
    mine: Version,
    hash: [u8; 32],
    digest: Digest,
    comparing: Comparing,
    outgoing: Outgoing,
    incoming: Incoming,
    shorthand: shorthand::Session,
    /// What is to be said.
    due: Due,
    /// Whether anything has moved since the last ping.
    has_moved: bool,
}

/// How far the host has come with it.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stage {
    /// It has not been asked.
    New,
    /// It has been asked.
    Asked,
    /// It has opened the document.
    Open,
    /// One of the sides does not serve it.
    Refused,
}

/// Messages that are to be made when there is room for them, from what is then the case. So
/// whatever the other side asks, no more than one of each waits.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each message is due by itself")]
struct Due {
    /// Which era of the shorthand is over: before any live change.
    lost: Option<u8>,
    open: bool,
    state: bool,
    /// Eight bytes for the heads that the other side has stated.
    same: Option<Digest>,
    durable: bool,
    done: bool,
    refuse: Option<Refused>,
    tips: Option<compare::Reply>,
}

/// The numbers of a document: at most one that this side has chosen, and one of the other side.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Names {
    even: Option<u64>,
    odd: Option<u64>,
}

impl Names {
    /// Takes note of a number.
    pub(super) const fn note(&mut self, handle: u64) {
        if handle.is_multiple_of(2) {
            self.even = Some(handle);
        } else {
            self.odd = Some(handle);
        }
    }

    pub(super) fn all(self) -> impl Iterator<Item = u64> {
        self.even.into_iter().chain(self.odd)
    }

    /// Whether there is one from the same side as another number.
    pub(super) const fn has_alike(self, handle: u64) -> bool {
        if handle.is_multiple_of(2) { self.even.is_some() } else { self.odd.is_some() }
    }
}

impl Channel {
    /// One of a document that was settled without a channel, where both sides' heads come to so
    /// much.
    pub(super) fn resumed(
        document: DocumentId,
        handle: u64,
        (role, salt): (Role, Salt),
        digest: Digest,
    ) -> Self {
        let mut channel = Self::new(document, handle, role, salt);
        (channel.is_followed_there, channel.has_opened) = (true, true);
        (channel.stage, channel.is_unknown) = (Stage::Open, true);
        (channel.digest, channel.comparing.theirs) = (digest, Some(digest));
        (channel.lacks_genesis, channel.comparing.they_lack_genesis) = (false, false);
        channel.outgoing.resume();
        channel
    }

    /// Has what is here be stated once the host has opened it.
    pub(super) fn state_when_open(&mut self) {
        self.is_followed_there = true;
        self.due.state = true;
    }

    pub(super) fn new(document: DocumentId, handle: u64, role: Role, salt: Salt) -> Self {
        let hash = salt.hash(&[]);
        Self {
            document,
            handle,
            names: Names::default(),
            account: Account::default(),
            places: Places::default(),
            role,
            salt,
            is_followed_here: false,
            is_followed_there: false,
            has_opened: false,
            is_named: false,
            stage: Stage::New,
            opening: None,
            access: Access::Write,
            lacks_genesis: true,
            is_unknown: false,
            mine: Version::default(),
            hash,
            digest: first_of(&hash),
            comparing: Comparing::default(),
            outgoing: Outgoing::default(),
            incoming: Incoming::default(),
            shorthand: shorthand::Session::new(document),
            due: Due::default(),
            has_moved: true,
        }
    }

    /// Whether both sides serve the document.
    pub(super) fn is_open(&self) -> bool {
        self.stage == Stage::Open
    }

    /// Whether one of the sides does not serve it.
    pub(super) fn is_refused(&self) -> bool {
        self.stage == Stage::Refused
    }

    /// Whether both sides have the same, as far as is known here.
    pub(super) fn is_settled(&self) -> bool {
        self.stage == Stage::Refused
            || self.stage == Stage::Open
                && self.comparing.theirs == Some(self.digest)
                && self.outgoing.is_idle()
                && (self.lacks_genesis || !self.comparing.they_lack_genesis)
    }

    /// This side follows it from here on: it is to be opened and said.
    pub(super) fn follow(&mut self) {
        self.is_followed_here = true;
        self.reopen();
        self.due.open |= !self.is_followed_there && self.stage == Stage::Open;
    }

    /// Asks anew for what was refused before: there may be less than there was.
    pub(super) fn reopen(&mut self) {
        if self.stage == Stage::Refused {
            (self.stage, self.lacks_genesis, self.is_unknown) = (Stage::New, true, false);
            self.set(Version::default());
        }
    }

    /// Whether it has something to do at its turn. What the other side grants to the document it has
    /// to wait for first.
    pub(super) fn wants(&self, turn: Turn, credit: Credit) -> bool {
        match turn {
            Turn::Ask => match self.stage {
                Stage::New => true,
                Stage::Asked | Stage::Refused => false,
                Stage::Open => self.lacks_version() || self.comparing.wants_to_ask(),
            },
            Turn::TakeIn => self.is_open() && !self.lacks_version() && self.incoming.wants_to_ask(),
            Turn::Fetch => self.is_open() && self.outgoing.wants_to_ask(credit),
            Turn::Say => self.wants_to_say(),
            Turn::Live | Turn::Backfill => {
                let next = self.wants_to_send(turn == Turn::Live);
                let used = self.outgoing_use();
                next.is_some_and(|next| next == Used::default() || used.has_room(next, credit))
            }
        }
    }

    /// The next thing to ask of the host: at its turn to fetch, for so many canonical bytes.
    pub(super) fn ask(&mut self, turn: Turn, bytes: u64, id: RequestId) -> Option<Ask> {
        match self.stage {
            Stage::Open if turn == Turn::Fetch => {
                self.outgoing.ask(bytes, self.comparing.they_lack_genesis, id)
            }
            Stage::Open if turn == Turn::TakeIn => {
                let equal = self.comparing.theirs.filter(|theirs| *theirs == self.digest);
                self.incoming.ask(equal, id)
            }
            Stage::Open if !self.lacks_version() => self.comparing.ask(id),
            Stage::New | Stage::Open => {
                (self.stage, self.opening) = (Stage::Asked, Some(id));
                Some(Ask::Open { by_peer: !self.is_followed_here })
            }
            Stage::Asked | Stage::Refused => None,
        }
    }

    /// Whether it waits for the answer to a request. Others were about what is over since: another
    /// comparison, or the document before it was left and followed anew.
    pub(super) fn awaits(&self, id: RequestId) -> bool {
        self.opening == Some(id)
            || self.incoming.awaits(id)
            || self.comparing.asked.as_ref().is_some_and(|asked| asked.id == id)
            || self.outgoing.awaits(id)
    }

    /// Takes what the host has found out.
    pub(super) fn answer(
        &mut self,
        id: RequestId,
        answer: Answer,
        events: &mut Vec<Event>,
    ) -> Result<(), Violation> {
        if !self.awaits(id) {
            return Ok(());
        }
        self.has_moved = true;
        self.opening = self.opening.filter(|opening| *opening != id);
        match answer {
            Answer::Opened { version, genesis, access } => {
                (self.stage, self.access, self.lacks_genesis) = (Stage::Open, access, !genesis);
                self.note(version);
                self.due.open = self.is_followed_here && !self.is_followed_there;
                if access == Access::Read {
                    self.due.refuse = Some(Refused::ReadOnly);
                }
                self.look_for_equal(events);
            }
            Answer::Refused(reason) => self.refuse(reason),
            Answer::Failed => self.refuse_here(Refused::Busy, events),
            Answer::Compared { version, relation } => self.compared(version, relation, events),
            Answer::Recognized { version, frontier, is_ahead, tips } => {
                self.recognized(version, frontier, is_ahead, tips);
            }
            Answer::Tips { version, tips } => self.tips_known(version, tips),
            Answer::Difference { version, portion } => self.fetched(version, &portion),
            Answer::Taken { version, gained, complete, genesis } => {
                self.lacks_genesis &= !genesis;
                self.taken(version, gained, complete, events);
            }
            Answer::Invalid(error) => return self.invalid(error, events),
            Answer::Admitted
            | Answer::NotAdmitted { .. }
            | Answer::Recalled(_)
            | Answer::Members(_) => {}
        }
        Ok(())
    }

    /// It cannot be done here. Who follows a document is told, and asks again if that is for now: the other
    /// side may wait for that, which may have refused it before.
    fn refuse_here(&mut self, reason: Refused, events: &mut Vec<Event>) {
        let document = self.document;
        self.refuse(reason);
        if self.is_followed_here {
            events.push(Event::Refused { document, reason });
        }
    }

    /// Bundles were refused, by a rule that every replica has, or by a limit or type of this one.
    fn invalid(&mut self, error: ApplyError, events: &mut Vec<Event>) -> Result<(), Violation> {
        match error {
            ApplyError::Refused(Refusal::PendingFull) => self.refuse(Refused::Busy),
            ApplyError::OfAnotherType { .. } => self.refuse_here(Refused::OfAnotherType, events),
            error => return Err(Violation::Refused { document: self.document, error }),
        }
        Ok(())
    }

    /// Takes note of what is durable here.
    fn note(&mut self, version: Version) {
        self.is_unknown = false;
        if version.changes >= self.mine.changes && version != self.mine {
            self.set(version);
        }
    }

    fn set(&mut self, version: Version) {
        self.hash = self.salt.hash(&version.heads);
        self.digest = first_of(&self.hash);
        self.mine = version;
    }

    /// Serves the document no more, or takes no more changes of it: then it goes on being sent.
    pub(super) fn refuse(&mut self, reason: Refused) {
        if reason.is_of_changes() {
            self.access = Access::Read;
            self.incoming.stop();
        } else {
            self.close();
        }
        // Who was told nothing of a document is told nothing of its refusal.
        self.due.refuse = Some(reason).filter(|_| self.has_opened || self.is_followed_there);
    }

    /// The other side does not serve it, or takes no changes. Says whether that is news.
    pub(super) fn refused(&mut self, reason: Refused) -> bool {
        if reason.is_of_changes() {
            return self.outgoing.forbid();
        }
        let is_news = self.stage != Stage::Refused;
        self.close();
        // It has to be opened there anew, should it be asked for again.
        (self.is_followed_there, self.is_named) = (false, false);
        is_news
    }

    /// Forgets all that was to be said and sent.
    fn close(&mut self) {
        self.stage = Stage::Refused;
        (self.due, self.comparing) = (Due::default(), Comparing::default());
        self.outgoing.stop();
        self.incoming.stop();
    }

    /// Whether there is something to say beside bundles.
    pub(super) fn wants_to_say(&self) -> bool {
        let Due { lost, open, state, same, durable, done, refuse, tips } = &self.due;
        let is_flagged = self.can_state() && (*open || *state) || *durable || *done;
        is_flagged || same.is_some() || lost.is_some() || refuse.is_some() || tips.is_some()
    }

    /// Says one thing beside bundles.
    pub(super) fn say(&mut self, out: &mut Vec<u8>) {
        let handle = self.handle;
        if let Some(era) = self.due.lost.take() {
            Message::Lost { handle, era }.write(out);
        } else if self.can_state() && (self.due.open || self.due.state) {
            self.say_heads(out);
        } else if let Some(heads) = self.due.same.take() {
            let (taken, lacks_genesis) = (self.incoming.taken(), self.lacks_genesis);
            Message::Same { handle, taken, lacks_genesis, heads }.write(out);
        } else if core::mem::take(&mut self.due.durable) {
            let (number, run) = (self.incoming.taken(), self.incoming.run());
            Message::Durable { handle, number, run, heads: self.digest }.write(out);
        } else if let Some(reply) = self.due.tips.take() {
            self.say_tips(reply, out);
        } else if core::mem::take(&mut self.due.done) {
            let lacks_genesis = self.lacks_genesis;
            Message::Done { handle, lacks_genesis, heads: self.digest }.write(out);
        } else if let Some(reason) = self.due.refuse.take() {
            // It has to be stated there anew, should it be served again.
            self.is_followed_there &= reason.is_of_changes();
            Message::Refuse { handle, reason }.write(out);
        }
    }

    /// States what is here; by its number alone only if the other side is known to know it, since the
    /// message that said it may have been lost.
    fn say_heads(&mut self, out: &mut Vec<u8>) {
        let (handle, document) = (self.handle, self.document);
        let statement = self.statement();
        let is_to_open = core::mem::take(&mut self.due.open) || !self.is_named;
        let is_own = handle.is_multiple_of(2) == (self.role == Role::Dialer);
        if is_to_open && is_own {
            self.has_opened = true;
            Message::Open { handle, document, statement }.write(out);
        } else {
            Message::State { handle, statement }.write(out);
        }
    }

    /// Whether something is to be stated, now or once the host has opened it.
    fn is_to_state(&self) -> bool {
        self.due.state && self.stage != Stage::Refused
    }

    /// Whether it is known what to state.
    fn can_state(&self) -> bool {
        self.stage == Stage::Open && !self.is_unknown
    }

    /// Whether something is to be stated that is not known.
    fn lacks_version(&self) -> bool {
        self.is_unknown && (self.due.open || self.due.state)
    }

    /// What is durable here, said so that the other side answers with what follows.
    fn statement(&mut self) -> Statement {
        // An answer to it covers everything up to here.
        self.outgoing.stated(self.mine.changes);
        self.comparing.stated = Some(self.digest);
        (self.due.durable, self.due.state) = (false, false);
        Statement {
            heads: if self.mine.heads.len() <= MAX_HEADS {
                Heads::All(self.mine.heads.clone())
            } else {
                Heads::Hash(self.hash)
            },
            taken: self.incoming.taken(),
            sent: self.outgoing.number(),
            lacks_genesis: self.lacks_genesis,
            exact: self.comparing.rounds > 0,
        }
    }

    /// Looks, at a ping, whether anything is stuck: what has not moved since the last one is stated
    /// again.
    pub(super) fn tick(&mut self) {
        let has_moved = core::mem::take(&mut self.has_moved);
        if self.stage != Stage::Open || has_moved || self.is_settled() {
            return;
        }
        self.restate();
    }

    /// States again what is here, whatever was said before.
    pub(super) fn restate(&mut self) {
        self.outgoing.doubt();
        self.comparing.restart();
        self.due.state = true;
    }
}

/// Of some tips those that a side has said, by place.
fn chosen(tips: &[Tip], known: &[bool]) -> Vec<Tip> {
    tips.iter().zip(known).filter(|(_, known)| **known).map(|(tip, _)| *tip).collect()
}
