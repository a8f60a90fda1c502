//! The sets of documents that the two sides of a connection follow.

use crdt_core::DocumentId;

use super::{Asked, Session};
use crate::protocol::channel::Channel;
use crate::protocol::collection::{Followed, Member, Reply, Said, Say, Served, Set};
use crate::protocol::event::Event;
use crate::protocol::frame::{Digest, Message};
use crate::protocol::request::{Answer, Request};
use crate::protocol::violation::{Limit, Violation};

impl Session {
    /// Follows a set of documents, given in ascending order. There can be one on a connection. Gives
    /// those that are more than the other side takes.
    pub(in crate::protocol) fn subscribe_set(
        &mut self,
        documents: Vec<DocumentId>,
    ) -> Vec<DocumentId> {
        let has_channel = |document: &DocumentId| self.channels.contains_key(document);
        let (known, mut documents): (Vec<_>, Vec<_>) = documents.into_iter().partition(has_channel);
        // What the other side has opened is followed from here too.
        for document in known {
            self.with(&document, Channel::follow);
        }
        if self.followed.is_some() || documents.is_empty() {
            documents.retain(|document| !self.subscribe(*document));
            return documents;
        }
        let room = usize::try_from(self.room()).unwrap_or(usize::MAX);
        let beyond = documents.split_off(documents.len().min(room));
        let first = self.next_handle;
        self.next_handle += 2 * documents.len() as u64;
        self.opened_here += documents.len() as u64;
        // Numbers for all of them, of which some may not be used.
        self.followed = Some(Followed::new(Set::new(first, documents.into(), self.salt)));
        beyond
    }

    /// The sets whose documents go by numbers.
    pub(super) fn sets(&self) -> impl Iterator<Item = &Set> {
        let followed = self.followed.iter().filter(|followed| followed.is_chosen);
        followed
            .map(|followed| &followed.set)
            .chain(self.served.iter().filter_map(|served| served.set.as_ref()))
    }

    /// Whether a document is of a set, or may come to be.
    pub(super) fn is_in_set(&self, document: &DocumentId) -> bool {
        let followed = self.followed.as_ref().filter(|followed| !followed.is_chosen);
        let is_chosen_from = followed.is_some_and(|all| all.set.place(document).is_some());
        is_chosen_from || self.sets().any(|set| set.place(document).is_some())
    }

    /// Gives a document of a set that has none a channel of its own.
    pub(super) fn resume(&mut self, document: &DocumentId) {
        if self.channels.contains_key(document) || self.left.contains(document) {
            return;
        }
        let Some(handle) = self.handle_of(document) else { return };
        let of_either = (self.role, self.salt);
        let here = self.followed.as_ref().is_some_and(|all| all.set.place(document).is_some());
        let mut channel = match self.take_out(document) {
            Some(digest) => Channel::resumed(*document, handle, of_either, digest),
            None => Channel::new(*document, handle, self.role, self.salt),
        };
        (channel.is_named, channel.is_followed_here) = (true, here);
        channel.is_followed_there = true;
        self.put(channel);
    }

    /// Takes a document out of the sets, and gives eight bytes for its heads if both sides have the
    /// same.
    pub(super) fn take_out(&mut self, document: &DocumentId) -> Option<Digest> {
        let followed = self.followed.iter_mut().map(|followed| &mut followed.set);
        let served = self.served.iter_mut().filter_map(|served| served.set.as_mut());
        let mut settled = None;
        for set in followed.chain(served) {
            let digest = set.take_out(document);
            settled = settled.or(digest.filter(|_| set.is_settled));
        }
        settled
    }

    /// Whether a document is of a set of which it is not known yet what differs: what happens to it
    /// in the meantime is looked at then.
    pub(super) fn is_being_compared(&mut self, document: &DocumentId) -> bool {
        if self.channels.contains_key(document) || self.left.contains(document) {
            return false;
        }
        let is_compared = self.is_in_unsettled_set(document);
        if is_compared {
            self.touched.insert(*document);
        }
        is_compared
    }

    fn is_in_unsettled_set(&self, document: &DocumentId) -> bool {
        let followed = self.followed.as_ref().filter(|followed| !followed.is_chosen);
        let unsettled = self.sets().filter(|set| !set.is_settled);
        let mut all = unsettled.chain(followed.map(|followed| &followed.set));
        all.any(|set| set.place(document).is_some())
    }

    /// Opens every document of the set that this side follows by itself.
    pub(super) fn open_all(&mut self) {
        let idle: Vec<DocumentId> =
            self.followed.iter().flat_map(|followed| followed.set.idle()).collect();
        for document in &idle {
            self.with(document, Channel::restate);
        }
    }
}

/// What the host is asked.
impl Session {
    pub(super) fn ask_of_set(&mut self) -> Option<(Asked, Request)> {
        if let Some(followed) = &mut self.followed
            && let Some((first, documents)) = followed.set.ask()
        {
            let asked = Asked::Members { by_peer: false, first };
            return Some((asked, Request::Members { documents, by_peer: false }));
        }
        let served = self.served.as_mut()?;
        if served.is_to_be_recalled() {
            return Some((Asked::Recall, Request::Recall { hash: served.hash }));
        }
        let (first, documents) = served.set.as_mut()?.ask()?;
        let asked = Asked::Members { by_peer: true, first };
        Some((asked, Request::Members { documents, by_peer: true }))
    }

    pub(super) fn answer_of_set(&mut self, asked: Asked, answer: Answer) {
        match (asked, answer) {
            (Asked::Recall, answer) => {
                let documents = match answer {
                    Answer::Recalled(documents) => documents,
                    _ => None,
                };
                if let Some(served) = &mut self.served {
                    served.recalled(documents);
                }
            }
            (Asked::Members { by_peer: false, first }, Answer::Members(members)) => {
                if let Some(followed) = &mut self.followed {
                    followed.answer(first, members);
                    self.choose();
                }
            }
            (Asked::Members { by_peer: true, first }, Answer::Members(members)) => {
                if let Some(served) = &mut self.served
                    && let Some(set) = &mut served.set
                {
                    let refused = set.answer(first, &members);
                    served.refused.extend(refused);
                    // Where the record of the document is not here, that is stated.
                    let lacks = |member: &Member| member.as_ref().is_ok_and(|held| !held.genesis);
                    let asked = set.documents[first..].iter().zip(&members);
                    let lacking = asked.filter(|(_, member)| lacks(member));
                    self.touched.extend(lacking.map(|(document, _)| *document));
                }
            }
            _ => {}
        }
        self.compare_set();
    }

    /// Has the set that this side follows be said, once the host has said of all what they are: of the
    /// documents that the other side may have and that were not left. Those that it has opened itself in
    /// the meantime are followed by themselves.
    fn choose(&mut self) {
        let Some(followed) = self.followed.as_mut().filter(|followed| followed.set.is_known())
        else {
            return;
        };
        let mut opened = Vec::new();
        if !followed.is_chosen {
            opened.extend(
                followed.set.documents.iter().filter(|one| self.channels.contains_key(one)),
            );
            followed.choose(|document| {
                !self.left.contains(document) && !self.channels.contains_key(document)
            });
        }
        followed.begin();
        for document in opened {
            self.with(&document, Channel::follow);
        }
    }

    /// States what differs of the set that the other side follows, once that is known.
    fn compare_set(&mut self) {
        let Some(differing) = self.served.as_mut().and_then(Served::compare) else { return };
        let set = self.served.iter().find_map(|served| served.set.as_ref());
        let is_moved = |document: &&DocumentId| {
            self.touched.contains(document) || self.channels.contains_key(document)
        };
        let all = set.into_iter().flat_map(|set| set.documents.iter());
        let moved: Vec<DocumentId> = all.filter(is_moved).copied().collect();
        for document in differing.into_iter().chain(moved) {
            self.touched.remove(&document);
            self.give_channel(&document);
        }
        self.served.iter_mut().for_each(|served| served.due = Some(Reply::Settled));
    }

    /// Gives a document that differs a channel, which states what is here.
    fn give_channel(&mut self, document: &DocumentId) {
        let Some(set) = self.served.as_mut().and_then(|served| served.set.as_mut()) else { return };
        let Some(place) = set.place(document) else { return };
        let handle = set.handle(place);
        self.take_out(document);
        if !self.channels.contains_key(document) {
            let mut channel = Channel::new(*document, handle, self.role, self.salt);
            channel.is_named = true;
            self.put(channel);
        }
        self.with(document, Channel::state_when_open);
    }
}

/// What the other side says.
impl Session {
    pub(super) fn hear_of_set(
        &mut self,
        message: Message<'_>,
        events: &mut Vec<Event>,
    ) -> Result<(), Violation> {
        match message {
            Message::Set { first, count, hash, symbols } => {
                self.hear_set((first, count), hash, symbols)?;
            }
            Message::SetIds { at, ids } => {
                let served = self.served.as_mut();
                let served = served.ok_or(Violation::OutOfPlace("documents of no set"))?;
                if let Some(documents) = served.hear_ids(at, &ids)? {
                    events.push(Event::Set { hash: served.hash, documents });
                }
            }
            Message::SetSymbols { at, symbols } => {
                self.served.iter_mut().for_each(|served| served.hear_symbols(at, symbols));
            }
            Message::SetDigests { at, digests } => {
                let served = self.served.as_mut();
                let served = served.ok_or(Violation::OutOfPlace("digests of no set"))?;
                served.hear_digests(at, &digests)?;
            }
            Message::SetUnknown => self.say_next(Say::Ids(0)),
            Message::SetMore => self.say_next(Say::Symbols),
            Message::SetList => self.say_next(Say::Digests(0)),
            Message::SetSettled { heads } => self.hear_settled(heads, events),
            _ => return Err(Violation::OutOfPlace("a message of the connection")),
        }
        self.compare_set();
        Ok(())
    }

    fn hear_set(
        &mut self,
        (first, count): (u64, u64),
        hash: [u8; 32],
        symbols: &[u8],
    ) -> Result<(), Violation> {
        let again = |served: &mut Served| served.is_said_again(first, &hash, symbols);
        if self.served.as_mut().is_some_and(again) {
            return Ok(());
        }
        let is_theirs = first.is_multiple_of(2) == (self.role == super::Role::Listener);
        let is_free = first.checked_add(2 * count.min(u64::MAX / 2)).is_some();
        if self.served.is_some() || !is_theirs || !is_free {
            return Err(Violation::OutOfPlace("a second set, or one by numbers that are not free"));
        }
        self.opened = self.opened.saturating_add(count);
        if self.opened > self.terms.documents {
            return Err(Violation::OverLimit(Limit::Documents));
        }
        let count = usize::try_from(count).unwrap_or(usize::MAX);
        self.served = Some(Served::new(first, count, hash, symbols, self.salt));
        Ok(())
    }

    fn say_next(&mut self, say: Say) {
        if let Some(followed) = &mut self.followed {
            (followed.due, followed.has_moved) = (Some(say), true);
        }
    }

    /// All of the set is equal that was not stated or refused. If that is not so, all of it is
    /// opened.
    fn hear_settled(&mut self, heads: Digest, events: &mut Vec<Event>) {
        let Some(followed) = &mut self.followed else { return };
        if followed.set.is_settled {
            return;
        }
        let is_equal = followed.set.summary().digest() == heads;
        if is_equal {
            events.push(Event::SetSynced);
        } else {
            self.open_all();
        }
        // Of those that have no channel now nothing more is to be found out.
        self.followed.iter_mut().for_each(|followed| followed.set.is_settled = true);
        for document in core::mem::take(&mut self.touched) {
            self.with(&document, Channel::restate);
        }
    }
}

/// What goes to the other side.
impl Session {
    pub(super) fn say_of_set(&mut self, out: &mut Vec<u8>) -> bool {
        match self.followed.as_mut().and_then(Followed::say) {
            Some(Said::Set { first, count, hash, symbols }) => {
                Message::Set { first, count, hash, symbols: &symbols }.write(out);
            }
            Some(Said::Symbols(at, symbols)) => {
                Message::SetSymbols { at: at as u64, symbols: &symbols }.write(out);
            }
            Some(Said::Ids(at, ids)) => Message::SetIds { at: at as u64, ids }.write(out),
            Some(Said::Digests(at, digests)) => {
                Message::SetDigests { at: at as u64, digests }.write(out);
            }
            None => return self.reply_of_set(out),
        }
        true
    }

    fn reply_of_set(&mut self, out: &mut Vec<u8>) -> bool {
        let Some(served) = &mut self.served else { return false };
        if let Some((handle, reason)) = served.refused.pop() {
            Message::Refuse { handle, reason }.write(out);
            return true;
        }
        // What differs is stated before it is said that the rest does not.
        let is_stating = self.ledger.stating > 0;
        match served.due.take() {
            Some(Reply::Settled) if is_stating => {
                served.due = Some(Reply::Settled);
                return false;
            }
            Some(Reply::Settled) => {
                let all = served.set.as_ref().map(Set::summary).unwrap_or_default();
                Message::SetSettled { heads: all.digest() }.write(out);
            }
            Some(Reply::Unknown) => Message::SetUnknown.write(out),
            Some(Reply::More) => Message::SetMore.write(out),
            Some(Reply::List) => Message::SetList.write(out),
            None => return false,
        }
        true
    }
}
