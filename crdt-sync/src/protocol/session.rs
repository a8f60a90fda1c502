//! All documents of a connection, each in its turn: who asks the host, says something, sends a live
//! change, sends what was missing.

mod asking;
mod hearing;
mod ledger;
mod sending;
mod sets;
mod turns;

use std::collections::VecDeque;

use crdt_core::DocumentId;
use crdt_core::sorted::{SortedMap, SortedSet};

use super::channel::{Channel, Used};
use super::collection::{Followed, Served, Set};
use super::digest::{Salt, Sum};
use super::frame::{Digest, Refused};
use super::handshake::{Peer, Proven};
use super::request::{Fresh, RequestId};
use super::settings::{Role, Settings, Terms};
use ledger::{Ledger, MOST_WAITING};
use turns::Turns;

pub(super) use ledger::Account;
pub(super) use turns::{Places, Turn};

/// What a request is about.
#[derive(Clone, Copy, Debug)]
enum Asked {
    /// A document, and what is taken in of it by that.
    Document(DocumentId, Used),
    /// Members of the set that this side follows, or the other one, from one on.
    Members {
        by_peer: bool,
        first: usize,
    },
    Recall,
}

/// A connection on which both sides have proven their keys.
#[derive(Debug)]
pub(super) struct Session {
    role: Role,
    pub(super) peer: Peer,
    salt: Salt,
    terms: Terms,
    live_changes: usize,
    channels: SortedMap<DocumentId, Box<Channel>>,
    /// By which numbers the documents go, those of both sides: each document by one of each at most.
    handles: SortedMap<u64, DocumentId>,
    next_handle: u64,
    /// How many documents the other side has opened.
    opened: u64,
    /// How many this side has, or may come to.
    opened_here: u64,
    turns: Turns,
    /// Numbers of documents that were left here, to be said.
    leaving: VecDeque<u64>,
    /// The set of documents that each side follows.
    followed: Option<Followed>,
    served: Option<Served>,
    /// Documents of these that changed before it was known what differs.
    touched: SortedSet<DocumentId>,
    /// Documents of these that either side has left: they do not go by the numbers there any more.
    left: SortedSet<DocumentId>,
    requests: SortedMap<RequestId, Asked>,
    /// What the host takes in, also of documents that were left meanwhile.
    taking: Used,
    ledger: Ledger,
}

impl Session {
    pub(super) fn new(role: Role, settings: &Settings, proven: Proven) -> Self {
        let mut peer = proven.peer;
        peer.terms = peer.terms.within(&settings.terms);
        Self {
            role,
            peer,
            salt: Salt(proven.salt),
            terms: settings.terms,
            live_changes: settings.live_changes,
            channels: SortedMap::new(),
            handles: SortedMap::new(),
            next_handle: u64::from(role == Role::Listener),
            opened: 0,
            opened_here: 0,
            turns: Turns::default(),
            leaving: VecDeque::new(),
            followed: None,
            served: None,
            touched: SortedSet::new(),
            left: SortedSet::new(),
            requests: SortedMap::new(),
            taking: Used::default(),
            ledger: Ledger::default(),
        }
    }

    /// Does something with a channel, enters what it comes to then, and puts it into the queues
    /// where it has something to do. What it is not to hold is dropped.
    fn with<R>(&mut self, document: &DocumentId, act: impl FnOnce(&mut Channel) -> R) -> Option<R> {
        self.resume(document);
        let channel = self.channels.get_mut(document)?;
        let result = act(channel);
        let before = channel.account;
        let mut after = channel.account_now();
        if !self.ledger.has_room(&before, &after) {
            channel.give_way(before.held);
            after = channel.account_now();
        }
        self.ledger.strike(&before);
        self.ledger.enter(&after);
        channel.account = after;
        let mut places = channel.places;
        for turn in Turn::ALL {
            if channel.wants(turn, self.peer.terms.document) {
                self.turns.enter(turn, *document, &mut places);
            } else {
                self.turns.leave(turn, &mut places);
            }
        }
        channel.places = places;
        Some(result)
    }

    /// Makes a document known by a number.
    fn make(&mut self, document: DocumentId, handle: u64) {
        self.take_out(&document);
        if self.is_of_set(handle) {
            self.left.remove(&document);
        }
        self.opened_here += u64::from(!self.is_theirs(handle));
        let mut channel = Channel::new(document, handle, self.role, self.salt);
        channel.names.note(handle);
        self.handles.insert(handle, document);
        self.put(channel);
    }

    /// Puts a channel in, of a document that has none.
    fn put(&mut self, mut channel: Channel) {
        channel.account = channel.account_now();
        self.ledger.enter(&channel.account);
        self.channels.insert(channel.document, Box::new(channel));
    }

    /// Forgets a document, wherever it is. What still comes for it is passed over, answers of the
    /// host too.
    fn remove(&mut self, document: &DocumentId) {
        if let Some(mut channel) = self.channels.remove(document) {
            self.ledger.strike(&channel.account);
            for turn in Turn::ALL {
                self.turns.leave(turn, &mut channel.places);
            }
            for handle in channel.names.all() {
                self.handles.remove(&handle);
                if !self.is_of_set(handle) {
                    let is_theirs = self.is_theirs(handle);
                    *(if is_theirs { &mut self.opened } else { &mut self.opened_here }) -= 1;
                }
            }
        }
        self.take_out(document);
        if self.is_in_set(document) {
            self.left.insert(*document);
        }
    }

    /// Whether a number is of a set, whose documents were counted with it.
    fn is_of_set(&self, handle: u64) -> bool {
        self.of_set(handle).is_some()
    }

    /// Whether a number is one of those that the other side chooses.
    const fn is_theirs(&self, handle: u64) -> bool {
        handle.is_multiple_of(2) == matches!(self.role, Role::Listener)
    }
}

/// What the host wants.
impl Session {
    /// Says whether the other side takes so many documents.
    pub(super) fn subscribe(&mut self, document: DocumentId) -> bool {
        if !self.channels.contains_key(&document) {
            let is_in_set = |followed: &Followed| followed.set.place(&document).is_some();
            if self.followed.as_ref().is_some_and(is_in_set) && !self.left.contains(&document) {
                return true;
            }
            if self.room() == 0 {
                return false;
            }
            let handle = self.next_handle;
            self.next_handle += 2;
            self.make(document, handle);
        }
        self.with(&document, Channel::follow);
        true
    }

    /// How many more documents the other side takes.
    const fn room(&self) -> u64 {
        self.peer.terms.documents.saturating_sub(self.opened_here)
    }

    /// Follows a document no more, nor does the other side from here on.
    pub(super) fn unsubscribe(&mut self, document: DocumentId) {
        self.leaving.extend(self.handle_of(&document));
        self.remove(&document);
    }

    pub(super) fn refuse(&mut self, document: DocumentId, reason: Refused) {
        if self.with(&document, |channel| channel.refuse(reason)).is_none()
            && !reason.is_of_changes()
            && self.is_in_set(&document)
        {
            // It is not said to be of the set either.
            self.left.insert(document);
        }
    }

    pub(super) fn local_change(&mut self, document: DocumentId, fresh: &Fresh) {
        if self.is_being_compared(&document) {
            return;
        }
        let room = (self.live_changes, MOST_WAITING.saturating_sub(self.ledger.waiting));
        self.with(&document, |channel| channel.local_change(fresh, room));
    }

    pub(super) fn is_followed(&self, document: &DocumentId) -> bool {
        let is_in_set = || self.is_in_set(document) && !self.left.contains(document);
        self.channels.contains_key(document) || is_in_set()
    }

    pub(super) fn is_synced(&self, document: &DocumentId) -> bool {
        let is_idle = |set: &Set| set.is_settled && set.is_idle(document);
        let channel = self.channels.get(document).map(|channel| channel.is_settled());
        channel.unwrap_or_else(|| self.sets().any(is_idle))
    }

    /// By which number a document goes.
    pub(super) fn handle_of(&self, document: &DocumentId) -> Option<u64> {
        let channel = self.channels.get(document).map(|channel| channel.handle);
        let of_set = || self.sets().find_map(|set| Some(set.handle(set.place(document)?)));
        channel.or_else(|| of_set().filter(|_| !self.left.contains(document)))
    }

    /// By which number who is in a document is shown to the other side, unless one of them does not serve
    /// it (any more).
    pub(super) fn shown_by(&self, document: &DocumentId) -> Option<u64> {
        let channel = self.channels.get(document).map(|channel| channel.is_refused());
        let is_refused = channel.unwrap_or_else(|| self.left.contains(document));
        self.handle_of(document).filter(|_| !is_refused)
    }

    /// The document that goes by a number. What is still on its way for a number of a set is not of a
    /// document that was left, nor of the same one as it was opened anew.
    pub(super) fn document_of(&self, handle: u64) -> Option<DocumentId> {
        let opened = self.handles.get(&handle).copied();
        opened.or_else(|| self.of_set(handle).filter(|document| !self.left.contains(document)))
    }

    /// The document that has a number in a set, whether or not it still goes by it.
    pub(super) fn of_set(&self, handle: u64) -> Option<DocumentId> {
        self.sets().find_map(|set| set.document_of(handle))
    }

    /// The document that goes by a number, if both sides serve it to each other.
    pub(super) fn served(&self, handle: u64) -> Option<DocumentId> {
        let document = self.document_of(handle)?;
        let channel = self.channels.get(&document).map(|channel| channel.is_open());
        // Of a set the host has said which it serves.
        let is_idle = || self.sets().any(|set| set.is_idle(&document));
        channel.unwrap_or_else(is_idle).then_some(document)
    }
}

/// Whether all is well.
impl Session {
    /// Eight bytes for all documents of which both sides have the same.
    pub(super) fn summary(&self) -> Digest {
        let sets = self.sets().filter(|set| set.is_settled).map(Set::summary);
        sets.fold(self.ledger.equal, Sum::plus).digest()
    }

    /// Bytes that are held for the other side.
    pub(super) fn held(&self) -> u64 {
        let Ledger { received, held, waiting, .. } = &self.ledger;
        received.bytes + *held + *waiting + self.taken_in_of_left()
    }

    /// Bytes that the host takes in of documents that do not wait for it any more.
    fn taken_in_of_left(&self) -> u64 {
        let all = self.requests.iter().map(|(id, asked)| match asked {
            Asked::Document(document, taking) if !self.awaits(document, *id) => taking.bytes,
            _ => 0,
        });
        all.sum()
    }

    fn awaits(&self, document: &DocumentId, id: RequestId) -> bool {
        self.channels.get(document).is_some_and(|channel| channel.awaits(id))
    }

    /// Whether all documents are settled.
    pub(super) fn is_settled(&self) -> bool {
        self.ledger.unsettled == 0 && self.sets().all(|set| set.is_settled)
    }

    /// Has what is stuck be said again; everything, if it is known to differ.
    pub(super) fn tick(&mut self, differs: bool) {
        if differs {
            self.open_all();
        }
        self.followed.iter_mut().for_each(Followed::tick);
        self.served.iter_mut().for_each(Served::tick);
        let documents: Vec<DocumentId> = self.channels.keys().copied().collect();
        for document in documents {
            self.with(&document, if differs { Channel::restate } else { Channel::tick });
        }
    }
}
