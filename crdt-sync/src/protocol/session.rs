//! All documents of a connection, each in its turn: who asks the host, says something, sends a live
//! change, sends what was missing.

mod hearing;
mod sets;

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crdt_core::DocumentId;

use super::channel::{Channel, Used};
use super::collection::{Followed, Served, Set};
use super::digest::Salt;
use super::event::Event;
use super::frame::{Digest, Message, Refused};
use super::handshake::{Peer, Proven};
use super::request::{Answer, Fresh, Request, RequestId};
use super::settings::{Credit, Role, Settings, Terms};
use super::violation::Violation;

/// What a request is about.
#[derive(Clone, Copy, Debug)]
enum Asked {
    Document(DocumentId),
    /// Members of the set that this side follows, or the other one, from one on.
    Members {
        by_peer: bool,
        first: usize,
    },
    Recall,
}

/// Requests that a host has not answered.
const MAX_REQUESTS: usize = 64;
/// A frame is sent when it has so many bytes, if not before.
const FULL: usize = 1 << 14;

/// A connection on which both sides have proven their keys.
#[derive(Debug)]
pub(super) struct Session {
    role: Role,
    pub(super) peer: Peer,
    salt: Salt,
    terms: Terms,
    live_changes: usize,
    channels: BTreeMap<DocumentId, Channel>,
    /// By which numbers the documents go, those of both sides.
    handles: BTreeMap<u64, DocumentId>,
    next_handle: u64,
    /// How many documents the other side has opened.
    opened: u64,
    asking: VecDeque<DocumentId>,
    saying: VecDeque<DocumentId>,
    live: VecDeque<DocumentId>,
    backfill: VecDeque<DocumentId>,
    /// The set of documents that each side follows.
    followed: Option<Followed>,
    served: Option<Served>,
    /// Documents of these that changed before it was known what differs.
    touched: BTreeSet<DocumentId>,
    /// Documents of these that either side has left.
    left: BTreeSet<DocumentId>,
    requests: BTreeMap<RequestId, Asked>,
    /// What is on its way to the other side, and what came and is not taken in.
    sent: Used,
    received: Used,
}

impl Session {
    pub(super) fn new(role: Role, settings: &Settings, proven: Proven) -> Self {
        Self {
            role,
            peer: proven.peer,
            salt: Salt(proven.salt),
            terms: settings.terms,
            live_changes: settings.live_changes,
            channels: BTreeMap::new(),
            handles: BTreeMap::new(),
            next_handle: u64::from(role == Role::Listener),
            opened: 0,
            asking: VecDeque::new(),
            saying: VecDeque::new(),
            live: VecDeque::new(),
            backfill: VecDeque::new(),
            followed: None,
            served: None,
            touched: BTreeSet::new(),
            left: BTreeSet::new(),
            requests: BTreeMap::new(),
            sent: Used::default(),
            received: Used::default(),
        }
    }

    /// Does something with a channel, and puts it into the queues where it has something to do.
    fn with<R>(&mut self, document: &DocumentId, act: impl FnOnce(&mut Channel) -> R) -> Option<R> {
        self.resume(document);
        let channel = self.channels.get_mut(document)?;
        self.sent.take(channel.outgoing_use());
        self.received.take(channel.incoming_use());
        let result = act(channel);
        self.sent.add(channel.outgoing_use());
        self.received.add(channel.incoming_use());
        let wants = [
            channel.wants_to_ask(self.peer.terms.document),
            channel.wants_to_say(),
            channel.wants_to_send(true).is_some(),
            channel.wants_to_send(false).is_some(),
        ];
        let stands = &mut channel.queues;
        let stands =
            [&mut stands.asking, &mut stands.saying, &mut stands.live, &mut stands.backfill];
        let queues = [&mut self.asking, &mut self.saying, &mut self.live, &mut self.backfill];
        for ((wants, stands), queue) in wants.into_iter().zip(stands).zip(queues) {
            if wants && !*stands {
                *stands = true;
                queue.push_back(*document);
            }
        }
        Some(result)
    }

    fn make(&mut self, document: DocumentId, handle: u64) {
        self.take_out(&document);
        self.left.remove(&document);
        let channel = Channel::new(document, handle, self.role, self.salt);
        self.handles.insert(handle, document);
        self.channels.insert(document, channel);
    }
}

/// What the host wants.
impl Session {
    pub(super) fn subscribe(&mut self, document: DocumentId) {
        let is_in_set = |followed: &Followed| followed.set.place(&document).is_some();
        if self.followed.as_ref().is_some_and(is_in_set) && !self.left.contains(&document) {
            return;
        }
        if !self.channels.contains_key(&document) {
            let handle = self.next_handle;
            self.next_handle += 2;
            self.make(document, handle);
        }
        self.with(&document, Channel::follow);
    }

    /// Follows a document no more, nor does the other side from here on.
    pub(super) fn unsubscribe(&mut self, document: DocumentId, out: &mut Vec<u8>) {
        if let Some(handle) = self.handle_of(&document) {
            Message::Leave { handle }.write(out);
            self.remove(&document);
        }
    }

    pub(super) fn refuse(&mut self, document: DocumentId, reason: Refused) {
        self.with(&document, |channel| channel.refuse(reason));
    }

    pub(super) fn local_change(&mut self, document: DocumentId, fresh: &Fresh) {
        if self.is_being_compared(&document) {
            return;
        }
        let most = self.live_changes;
        self.with(&document, |channel| channel.local_change(fresh, most));
    }

    pub(super) fn is_synced(&self, document: &DocumentId) -> bool {
        let is_idle = |set: &Set| set.is_settled && set.is_idle(document);
        let channel = self.channels.get(document).map(Channel::is_settled);
        channel.unwrap_or_else(|| self.sets().any(is_idle))
    }

    /// By which number a document goes.
    pub(super) fn handle_of(&self, document: &DocumentId) -> Option<u64> {
        let channel = self.channels.get(document).map(|channel| channel.handle);
        channel.or_else(|| self.sets().find_map(|set| Some(set.handle(set.place(document)?))))
    }

    pub(super) fn document_of(&self, handle: u64) -> Option<DocumentId> {
        let opened = self.handles.get(&handle).copied();
        opened.or_else(|| self.sets().find_map(|set| set.document_of(handle)))
    }

    /// The document that goes by a number, if both sides serve it to each other.
    pub(super) fn served(&self, handle: u64) -> Option<DocumentId> {
        let document = self.document_of(handle)?;
        self.channels.get(&document).is_none_or(Channel::is_open).then_some(document)
    }
}

/// What the host is asked.
impl Session {
    pub(super) fn ask(&mut self, next: &mut u64) -> Option<(RequestId, Request)> {
        if self.requests.len() < MAX_REQUESTS
            && let Some((asked, request)) = self.ask_of_set()
        {
            return Some((self.note(next, asked), request));
        }
        while self.requests.len() < MAX_REQUESTS {
            let document = self.asking.pop_front()?;
            let credit = self.room();
            let ask = self.with(&document, |channel| {
                channel.queues.asking = false;
                channel.ask(credit)
            });
            if let Some(Some(ask)) = ask {
                let id = self.note(next, Asked::Document(document));
                return Some((id, Request::Document { document, ask }));
            }
        }
        None
    }

    fn note(&mut self, next: &mut u64, asked: Asked) -> RequestId {
        let id = RequestId(*next);
        *next += 1;
        self.requests.insert(id, asked);
        id
    }

    /// What the other side grants to a document, as far as it is granted to all of them.
    fn room(&self) -> Credit {
        let Terms { document, connection, .. } = self.peer.terms;
        let room = |all: u64, used: u64, one: u64| all.saturating_sub(used).clamp(1, one.max(1));
        Credit {
            bytes: room(connection.bytes, self.sent.bytes, document.bytes),
            canonical_bytes: room(
                connection.canonical_bytes,
                self.sent.canonical_bytes,
                document.canonical_bytes,
            ),
        }
    }

    pub(super) fn answer(
        &mut self,
        id: RequestId,
        answer: Answer,
        events: &mut Vec<Event>,
    ) -> Result<(), Violation> {
        match self.requests.remove(&id) {
            None => Ok(()),
            Some(Asked::Document(document)) => {
                self.with(&document, |channel| channel.answer(answer, events)).unwrap_or(Ok(()))
            }
            Some(asked) => {
                self.answer_of_set(asked, answer);
                Ok(())
            }
        }
    }
}

/// What goes to the other side.
impl Session {
    /// Fills a frame: what is to be said, then live changes, then one piece of what was missing.
    pub(super) fn fill(&mut self, out: &mut Vec<u8>) {
        while out.len() < FULL && (self.say(out) || self.say_of_set(out)) {}
        while out.len() < FULL && self.send_live(out) {}
        if out.len() < FULL {
            self.send_backfill(out);
            // What it ends with need not wait for the next frame.
            while out.len() < FULL && self.say(out) {}
        }
    }

    fn say(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(document) = self.saying.pop_front() else { return false };
        self.with(&document, |channel| {
            channel.queues.saying = false;
            channel.say(out);
        });
        true
    }

    /// Sends a piece of a live change of the first document that has room for one.
    fn send_live(&mut self, out: &mut Vec<u8>) -> bool {
        for _ in 0..self.live.len() {
            let Some(document) = self.live.pop_front() else { return false };
            if self.send(&document, true, out) {
                return true;
            }
        }
        false
    }

    /// Sends a piece of what was missing in the first document that has room for one. What has no
    /// room among all documents is waited for, so that it comes to its turn.
    fn send_backfill(&mut self, out: &mut Vec<u8>) -> bool {
        for _ in 0..self.backfill.len() {
            let Some(document) = self.backfill.pop_front() else { return false };
            if self.send(&document, false, out) {
                return true;
            }
        }
        false
    }

    /// Sends a piece for a document that stood in a queue, if it is granted; if not, it stands
    /// there again.
    fn send(&mut self, document: &DocumentId, live: bool, out: &mut Vec<u8>) -> bool {
        let (terms, sent) = (self.peer.terms, self.sent);
        let act = |channel: &mut Channel| {
            let Some(used) = channel.wants_to_send(live) else {
                channel.unqueue(live);
                return false;
            };
            channel.unqueue(live);
            let is_granted = used == Used::default()
                || channel.outgoing_use().has_room(used, terms.document)
                    && sent.has_room(used, terms.connection);
            if is_granted {
                channel.send(live, out);
            }
            is_granted
        };
        self.with(document, act).unwrap_or(false)
    }
}

/// Whether all is well.
impl Session {
    /// Eight bytes for the heads of all documents.
    pub(super) fn summary(&self) -> Digest {
        let mut all = Digest::default();
        let settled = self.channels.values().filter(|channel| channel.is_settled());
        let sets = self.sets().filter(|set| set.is_settled).map(Set::summary);
        for one in settled.map(Channel::summary).chain(sets) {
            all.iter_mut().zip(one).for_each(|(all, one)| *all ^= one);
        }
        all
    }

    /// Whether all documents are settled.
    pub(super) fn is_settled(&self) -> bool {
        self.channels.values().all(Channel::is_settled) && self.sets().all(|set| set.is_settled)
    }

    /// Has what is stuck be said again; everything, if it is known to differ.
    pub(super) fn tick(&mut self, differs: bool) {
        if differs {
            self.open_all();
        }
        self.followed.iter_mut().for_each(Followed::tick);
        let documents: Vec<DocumentId> = self.channels.keys().copied().collect();
        for document in documents {
            self.with(&document, if differs { Channel::restate } else { Channel::tick });
        }
    }
}
