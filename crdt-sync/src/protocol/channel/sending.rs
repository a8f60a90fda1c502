//! What goes to the other side: bundles, cut by what it grants, each with a number.

use std::collections::VecDeque;
use std::sync::Arc;

use crdt_core::{ChangeHash, LooseBundle, Portion, PortionBundle};

use super::{Channel, Stage};
use crate::protocol::bundle;
use crate::protocol::event::Event;
use crate::protocol::frame::{Digest, Message, PIECE, Piece};
use crate::protocol::request::{Ask, Basis, Fresh, Version};
use crate::protocol::settings::Credit;

/// What is to be sent and what is on its way.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is known or not by itself")]
pub(super) struct Outgoing {
    /// The number of the bundle that was sent last.
    number: u64,
    /// Sent, and not known to be taken in, oldest first.
    sent: VecDeque<Sent>,
    /// Of these together.
    pub(super) under_way: Used,
    /// What the other side lacks, while it is fetched and sent.
    difference: Option<Difference>,
    /// Bundles of it that are here.
    ready: VecDeque<Item>,
    /// Changes that were made since, oldest first.
    live: VecDeque<Item>,
    /// Whether some of those were dropped.
    is_behind: bool,
    /// Whether the other side has all that live changes depend on, or it is on its way before them.
    is_live: bool,
    /// A bundle of which some pieces have been sent.
    begun: Option<Begun>,
    /// Heads that the other side has durably.
    acknowledged: Option<Vec<ChangeHash>>,
    /// Whether anything was compared since both had the same.
    compared: bool,
    /// Whether the other side takes no changes.
    is_forbidden: bool,
    /// Whether it was told since that both have the same.
    has_agreed: bool,
}

/// What the other side lacks.
#[derive(Debug)]
struct Difference {
    basis: Basis,
    /// Whether the basis is certain: heads, and no abbreviation or claim.
    is_exact: bool,
    next: usize,
    end: Option<usize>,
    is_fetching: bool,
}

/// A bundle to be sent.
#[derive(Clone, Debug)]
struct Item {
    bytes: Vec<u8>,
    canonical_bytes: u64,
    /// What the other side has once this one is taken in.
    certain: Option<Vec<ChangeHash>>,
    /// How many changes there are here with it.
    changes: usize,
    /// One change by one, if it can be said in shorthand.
    loose: Option<Loose>,
}

/// A bundle among those that were told together.
#[derive(Clone, Debug)]
struct Loose(Arc<[(PortionBundle, Option<LooseBundle>)]>, usize);

impl Loose {
    fn bundle(&self) -> Option<&LooseBundle> {
        self.0[self.1].1.as_ref()
    }
}

/// A bundle of which some pieces have been sent.
#[derive(Debug)]
struct Begun {
    item: Item,
    at: usize,
    is_live: bool,
}

/// A bundle that is on its way.
#[derive(Debug)]
struct Sent {
    number: u64,
    used: Used,
    certain: Option<Vec<ChangeHash>>,
}

/// How much of a credit is used.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::protocol) struct Used {
    pub(in crate::protocol) bytes: u64,
    pub(in crate::protocol) canonical_bytes: u64,
}

impl Used {
    pub(in crate::protocol) fn add(&mut self, other: Self) {
        self.bytes += other.bytes;
        self.canonical_bytes += other.canonical_bytes;
    }

    pub(in crate::protocol) fn take(&mut self, other: Self) {
        self.bytes = self.bytes.saturating_sub(other.bytes);
        self.canonical_bytes = self.canonical_bytes.saturating_sub(other.canonical_bytes);
    }

    /// Whether so much more is within a credit. If nothing is used anything is.
    pub(in crate::protocol) fn has_room(&self, more: Self, credit: Credit) -> bool {
        *self == Self::default()
            || self.bytes.saturating_add(more.bytes) <= credit.bytes
                && self.canonical_bytes.saturating_add(more.canonical_bytes)
                    <= credit.canonical_bytes
    }
}

impl Item {
    fn used(&self) -> Used {
        Used { bytes: self.bytes.len() as u64, canonical_bytes: self.canonical_bytes }
    }
}

impl Outgoing {
    /// Whether nothing is on its way or waits to be.
    pub(super) fn is_idle(&self) -> bool {
        self.sent.is_empty()
            && self.difference.is_none()
            && self.ready.is_empty()
            && self.live.is_empty()
            && self.begun.is_none()
            && !self.is_behind
    }

    /// The number of the bundle that was sent last to its end.
    pub(super) fn number(&self) -> u64 {
        self.number - u64::from(self.begun.is_some())
    }

    /// The other side may lack something that was sent: what follows is certain only where it hangs
    /// on all before.
    pub(super) fn doubt(&mut self) {
        let sent = self.sent.iter_mut().map(|sent| &mut sent.certain);
        let live = self.live.iter_mut().map(|item| &mut item.certain);
        let begun = self.begun.iter_mut().map(|begun| &mut begun.item.certain);
        for certain in sent.chain(live).chain(begun) {
            *certain = certain.take().filter(|heads| heads.len() == 1);
        }
    }

    pub(super) fn is_comparing(&self) -> bool {
        let has_begun = self.begun.as_ref().is_some_and(|begun| !begun.is_live);
        self.difference.is_some() || !self.ready.is_empty() || has_begun
    }

    pub(super) fn was_compared(&self) -> bool {
        self.compared
    }

    /// The other side takes no changes.
    pub(super) fn forbid(&mut self) {
        self.stop();
        self.is_forbidden = true;
    }

    pub(super) fn stop(&mut self) {
        let (number, is_forbidden) = (self.number, self.is_forbidden);
        *self = Self { number, is_forbidden, ..Self::default() };
    }

    /// Sends no more of a difference, but a bundle that has begun to its end.
    pub(super) fn stop_difference(&mut self) {
        self.difference = None;
        self.ready.clear();
    }

    /// Begins to send what the other side lacks.
    pub(super) fn begin(&mut self, basis: Basis, is_exact: bool) {
        self.stop_difference();
        if self.is_forbidden {
            return;
        }
        if !is_exact {
            self.doubt();
        }
        (self.is_live, self.compared, self.has_agreed) = (false, true, false);
        self.difference =
            Some(Difference { basis, is_exact, next: 0, end: None, is_fetching: false });
    }

    /// Everything was stated: what is answered covers what was made before.
    pub(super) fn stated(&mut self, changes: usize) {
        self.live.retain(|item| item.changes > changes);
        (self.is_live, self.is_behind) = (false, false);
    }

    /// Both had the same before there was a channel.
    pub(super) fn resume(&mut self) {
        self.is_live = true;
    }

    /// Both have the same. Says whether that is news.
    pub(super) fn agreed(&mut self, version: &Version) -> bool {
        (self.compared, self.is_live) = (false, true);
        let is_news = !self.has_agreed || self.acknowledged.as_ref() != Some(&version.heads);
        self.has_agreed = true;
        self.acknowledged = Some(version.heads.clone());
        is_news
    }

    /// The other side has taken in bundles up to one, whatever became of them.
    pub(super) fn released(&mut self, number: u64) {
        while self.sent.front().is_some_and(|sent| sent.number <= number) {
            self.sent.pop_front();
        }
        self.under_way = self.begun.as_ref().map(|begun| begun.item.used()).unwrap_or_default();
        self.sent.iter().for_each(|sent| self.under_way.add(sent.used));
    }

    /// What the other side grants to this document that is not used.
    fn room(&self, credit: Credit) -> Credit {
        Credit {
            bytes: credit.bytes.saturating_sub(self.under_way.bytes),
            canonical_bytes: credit.canonical_bytes.saturating_sub(self.under_way.canonical_bytes),
        }
    }

    pub(super) fn wants_to_ask(&self, credit: Credit) -> bool {
        let room = self.room(credit);
        let wants = |difference: &Difference| !difference.is_fetching;
        self.ready.is_empty()
            && room.bytes > 0
            && room.canonical_bytes > 0
            && self.difference.as_ref().is_some_and(wants)
    }

    pub(super) fn ask(&mut self, credit: Credit, genesis: bool) -> Option<Ask> {
        if !self.wants_to_ask(credit) {
            return None;
        }
        let room = self.room(credit);
        let difference = self.difference.as_mut()?;
        difference.is_fetching = true;
        let Difference { basis, next, end, .. } = difference;
        let genesis = genesis && *next == 0;
        let bytes = room.canonical_bytes;
        Some(Ask::Difference { basis: basis.clone(), first: *next, end: *end, bytes, genesis })
    }
}

impl Channel {
    /// Takes changes that were made here, or came from elsewhere.
    pub(in crate::protocol) fn local_change(&mut self, fresh: &Fresh, most: usize) {
        if matches!(self.stage, Stage::Asked | Stage::Open) {
            self.note(fresh.version().clone());
        }
        if self.stage != Stage::Open {
            return;
        }
        self.has_moved = true;
        self.lacks_genesis &= !fresh.genesis;
        let outgoing = &mut self.outgoing;
        outgoing.has_agreed = false;
        if outgoing.is_forbidden || outgoing.is_behind {
            return;
        }
        if self.comparing.they_lack_genesis && !self.lacks_genesis {
            // Live changes do not bring the record of the document.
            outgoing.drop_live();
            return self.catch_up();
        }
        if outgoing.live.len() + fresh.bundles.len() > most {
            outgoing.drop_live();
            return;
        }
        let last = fresh.bundles.len().saturating_sub(1);
        for (place, (bundle, loose)) in fresh.bundles.iter().enumerate() {
            let version = (place == last).then(|| fresh.version());
            let mut item = self.item(bundle, fresh.version().changes);
            item.loose = loose.as_ref().map(|_| Loose(Arc::clone(&fresh.bundles), place));
            // A single head that was sent has all else below it.
            let is_certain = |version: &&Version| version.heads.len() == 1;
            item.certain = version.filter(is_certain).map(|version| version.heads.clone());
            self.outgoing.live.push_back(item);
        }
    }

    fn item(&self, bundle: &PortionBundle, changes: usize) -> Item {
        let bytes = bundle::without_document(&bundle.bytes, &self.document);
        Item { bytes, canonical_bytes: bundle.canonical_bytes, certain: None, changes, loose: None }
    }

    /// Takes what the host has fetched of what the other side lacks.
    pub(super) fn fetched(&mut self, version: Version, portion: &Portion) {
        let changes = version.changes;
        self.note(version);
        let items: Vec<Item> = portion.bundles.iter().map(|bundle| self.item(bundle, 0)).collect();
        let Some(difference) = &mut self.outgoing.difference else { return };
        if !difference.is_fetching {
            return;
        }
        difference.is_fetching = false;
        // What is fetched first has the record with it, if it is here.
        self.comparing.they_lack_genesis &= self.lacks_genesis;
        let end = *difference.end.get_or_insert(changes);
        let is_exact = difference.is_exact;
        self.outgoing.live.retain(|item| item.changes > end);
        self.outgoing.ready.extend(items);
        if let Some(next) = portion.next {
            difference.next = next;
            return;
        }
        self.outgoing.difference = None;
        let heads = &self.mine.heads;
        if let Some(last) = self.outgoing.ready.back_mut() {
            last.certain = (is_exact && end == self.mine.changes).then(|| heads.clone());
        }
        if self.outgoing.ready.is_empty() {
            self.sent_all();
        }
    }

    /// What the other side lacked is sent.
    fn sent_all(&mut self) {
        self.due.done = true;
        self.outgoing.is_live = true;
        self.catch_up();
    }

    /// The other side has everything up to what was stated, or it is on its way.
    pub(super) fn caught_up(&mut self) {
        self.outgoing.is_live = true;
        self.catch_up();
    }

    /// Where live changes were dropped and there is room again, finds out what to send instead.
    fn catch_up(&mut self) {
        let outgoing = &mut self.outgoing;
        if !outgoing.is_behind || outgoing.is_comparing() || !outgoing.sent.is_empty() {
            return;
        }
        outgoing.is_behind = false;
        match outgoing.acknowledged.clone() {
            Some(heads) => outgoing.begin(Basis::Heads(heads), true),
            None => self.due.state = true,
        }
    }

    /// What there is to send, a live bundle or one of a difference: what it uses, where it has not
    /// begun.
    pub(in crate::protocol) fn wants_to_send(&self, live: bool) -> Option<Used> {
        let outgoing = &self.outgoing;
        if let Some(begun) = &outgoing.begun {
            return (begun.is_live == live).then(Used::default);
        }
        let is_in_turn = outgoing.is_live && !outgoing.is_comparing();
        let next = if live {
            outgoing.live.front().filter(|_| is_in_turn)
        } else {
            outgoing.ready.front()
        };
        next.map(Item::used)
    }

    /// What is on its way.
    pub(in crate::protocol) fn outgoing_use(&self) -> Used {
        self.outgoing.under_way
    }

    /// Sends a piece of the next bundle. It is on its way from its first piece on.
    pub(in crate::protocol) fn send(&mut self, live: bool, out: &mut Vec<u8>) {
        let outgoing = &mut self.outgoing;
        let begun = outgoing.begun.take().or_else(|| {
            let queue = if live { &mut outgoing.live } else { &mut outgoing.ready };
            let item = queue.pop_front()?;
            outgoing.number += 1;
            outgoing.under_way.add(item.used());
            Some(Begun { item, at: 0, is_live: live })
        });
        let Some(Begun { item, at, is_live }) = begun else { return };
        if at == 0 && self.send_short(&item, out) {
            return;
        }
        let outgoing = &mut self.outgoing;
        let end = item.bytes.len().min(at + PIECE);
        let more = end < item.bytes.len();
        let (handle, number) = (self.handle, outgoing.number);
        let piece = Piece { at: at as u64, more, bytes: &item.bytes[at..end] };
        Message::Bundle { handle, number, piece }.write(out);
        if more {
            outgoing.begun = Some(Begun { item, at: end, is_live });
            return;
        }
        outgoing.sent.push_back(Sent { number, used: item.used(), certain: item.certain });
        if !is_live && !self.outgoing.is_comparing() {
            self.sent_all();
        }
    }

    /// Sends a bundle in shorthand, if it can be.
    fn send_short(&mut self, item: &Item, out: &mut Vec<u8>) -> bool {
        let Some(loose) = item.loose.as_ref().and_then(Loose::bundle) else { return false };
        let Some(bytes) = self.shorthand.encode(loose) else { return false };
        let (handle, number) = (self.handle, self.outgoing.number);
        Message::Live { handle, number, bytes: &bytes }.write(out);
        let certain = item.certain.clone();
        self.outgoing.sent.push_back(Sent { number, used: item.used(), certain });
        true
    }

    /// The other side did not understand what was sent in shorthand.
    pub(in crate::protocol) fn hear_lost(&mut self, era: u8) {
        self.has_moved = true;
        self.shorthand.begin_anew(era);
    }

    /// The other side has so many bundles up to one durably. What was sent before these and was not
    /// acknowledged is lost.
    pub(in crate::protocol) fn hear_durable(
        &mut self,
        number: u64,
        run: u64,
        heads: Digest,
        events: &mut Vec<Event>,
    ) {
        self.has_moved = true;
        self.comparing.theirs = Some(heads);
        let first = (number + 1).saturating_sub(run);
        if self.outgoing.sent.front().is_some_and(|sent| sent.number < first.min(number + 1)) {
            self.outgoing.doubt();
            self.due.state = true;
        }
        let acknowledged = self.outgoing.sent.iter().take_while(|sent| sent.number <= number);
        let acknowledged = acknowledged.filter(|sent| sent.number >= first);
        let certain = acknowledged.filter_map(|sent| sent.certain.clone()).last();
        self.outgoing.released(number);
        if let Some(heads) = certain {
            let document = self.document;
            self.outgoing.acknowledged = Some(heads.clone());
            if heads != self.mine.heads || self.comparing.theirs != Some(self.digest) {
                events.push(Event::Durable { document, heads });
            }
        }
        self.catch_up();
        self.finish(events);
    }
}

impl Outgoing {
    /// Gives up live changes.
    fn drop_live(&mut self) {
        self.live.clear();
        self.is_behind = true;
    }
}
