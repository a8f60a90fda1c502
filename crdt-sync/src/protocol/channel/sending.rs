//! What goes to the other side: bundles, cut by what it grants, each with a number.

use std::sync::Arc;

use crdt_core::{Portion, PortionBundle};

use super::outgoing::{Begun, Certain, Item, Loose, Sent, Used};
use super::{Channel, Stage};
use crate::protocol::bundle;
use crate::protocol::event::Event;
use crate::protocol::frame::{Digest, Message, PIECE, Piece};
use crate::protocol::request::{Basis, Fresh, Version};

impl Channel {
    /// Takes changes that were made here, or came from elsewhere: of so many bundles at most, which
    /// hold so many bytes.
    pub(in crate::protocol) fn local_change(&mut self, fresh: &Fresh, room: (usize, u64)) {
        if matches!(self.stage, Stage::Asked | Stage::Open) {
            self.note(fresh.version().clone());
        }
        if self.stage != Stage::Open {
            return;
        }
        self.has_moved = true;
        self.lacks_genesis &= !fresh.genesis;
        let outgoing = &mut self.outgoing;
        outgoing.agreed_on = None;
        if outgoing.is_forbidden || outgoing.is_behind {
            return;
        }
        let bytes: u64 = fresh.bundles.iter().map(|(bundle, _)| bundle.bytes.len() as u64).sum();
        let has_room = outgoing.live.all.len() + fresh.bundles.len() <= room.0 && bytes <= room.1;
        let has_room = has_room && fresh.is_whole;
        // Live changes do not bring the record of the document.
        if !has_room || self.comparing.they_lack_genesis && !self.lacks_genesis {
            outgoing.drop_live();
            self.catch_up();
        } else {
            self.push_live(fresh);
        }
    }

    /// Has live changes wait for their turn. What the other side has named in its own is not said
    /// to it again: changes of several that came together are told to all of them.
    fn push_live(&mut self, fresh: &Fresh) {
        let Version { heads, changes } = fresh.version();
        let last = fresh.bundles.len().saturating_sub(1);
        for (place, (bundle, loose)) in fresh.bundles.iter().enumerate() {
            if loose.as_ref().is_some_and(|loose| self.shorthand.has_named(loose)) {
                continue;
            }
            let mut item = self.item(bundle, *changes);
            item.loose = loose.as_ref().map(|_| Loose(Arc::clone(&fresh.bundles), place));
            // A single head that was sent has all else below it.
            let is_certain = place == last && heads.len() == 1;
            let doubts = self.outgoing.doubts;
            item.certain = is_certain.then(|| Certain { heads: heads.clone(), doubts });
            self.outgoing.live.push(item);
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
        difference.fetching = None;
        // What is fetched first has the record with it, if it is here.
        self.comparing.they_lack_genesis &= self.lacks_genesis;
        let end = *difference.end.get_or_insert(changes);
        let is_exact = difference.is_exact;
        self.outgoing.live.pass(end);
        for item in items {
            self.outgoing.ready.push(item);
        }
        if let Some(next) = portion.next {
            difference.next = next;
            return;
        }
        self.outgoing.difference = None;
        let (heads, doubts) = (&self.mine.heads, self.outgoing.doubts);
        if let Some(last) = self.outgoing.ready.all.back_mut() {
            let is_certain = is_exact && end == self.mine.changes;
            last.certain = is_certain.then(|| Certain { heads: heads.clone(), doubts });
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
            outgoing.live.all.front().filter(|_| is_in_turn)
        } else {
            outgoing.ready.all.front()
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
            let item = queue.pop()?;
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
        let Some(bytes) = self.shorthand.encode_unnamed(loose) else { return false };
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
        let certain = acknowledged.filter_map(|sent| sent.certain.as_ref());
        let certain = certain.filter_map(|certain| self.outgoing.certain_heads(certain)).last();
        let certain = certain.map(<[_]>::to_vec);
        self.outgoing.released(number);
        if let Some(heads) = certain {
            let document = self.document;
            (self.outgoing.acknowledged, self.outgoing.agreed_on) = (Some(heads.clone()), None);
            if heads != self.mine.heads || self.comparing.theirs != Some(self.digest) {
                events.push(Event::Durable { document, heads });
            }
        }
        self.catch_up();
        self.finish(events);
    }
}
