//! What comes from the other side: bundles, within what was granted to it.

use crdt_core::History;

use super::outgoing::Used;
use super::{Channel, Stage};
use crate::protocol::bundle;
use crate::protocol::event::Event;
use crate::protocol::frame::{Digest, Piece};
use crate::protocol::request::{Access, Ask, RequestId, Version};
use crate::protocol::settings::Terms;
use crate::protocol::violation::{Limit, Malformed, Violation};

/// Live changes in a row that may make no sense: as many as can be on their way when one was lost.
const MAX_MISUNDERSTOOD: u32 = 65_536;

/// Bundles that are being taken in.
#[derive(Clone, Copy, Debug)]
struct Taking {
    id: RequestId,
    /// Up to which one.
    number: u64,
    used: Used,
}

/// What has come and is not taken in.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    /// The bundle that came last.
    number: u64,
    /// A bundle of which not all pieces are here.
    pieces: Vec<u8>,
    /// Bundles that wait to be taken in, as the history takes them, and what they use.
    waiting: Vec<u8>,
    used: Used,
    /// Bundles that are being taken in.
    taking: Option<Taking>,
    /// What both sides' heads came to when that began, if they were equal.
    base: Option<Digest>,
    /// Up to which everything has been taken in, whatever became of it.
    taken: u64,
    /// The first of those in a row of which all is part of the document.
    run: u64,
    /// Live changes in a row that were not understood.
    misunderstood: u32,
    /// Whether something was lost, or waits for what is not here.
    has_gap: bool,
    /// What the heads come to of a side that has sent everything.
    pub(super) done: Option<Digest>,
}

impl Incoming {
    pub(super) fn is_idle(&self) -> bool {
        self.taking.is_none() && self.waiting.is_empty() && self.pieces.is_empty()
    }

    /// What has not come of the bundles up to one is lost. Says whether there was any.
    pub(super) fn skip(&mut self, sent: u64) -> bool {
        if sent <= self.number {
            return false;
        }
        (self.number, self.run) = (sent, sent + 1);
        self.pieces = Vec::new();
        if self.is_idle() {
            self.taken = sent;
        } else {
            self.has_gap = true;
        }
        true
    }

    /// How many in a row up to what was taken in last are part of the document, for certain.
    pub(super) fn run(&self) -> u64 {
        (self.taken + 1).saturating_sub(self.run.max(1))
    }

    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    pub(super) fn awaits(&self, id: RequestId) -> bool {
        self.taking.is_some_and(|taking| taking.id == id)
    }

    pub(super) fn wants_to_ask(&self) -> bool {
        self.taking.is_none() && !self.waiting.is_empty()
    }

    /// `equal` is what the heads of both sides come to, where they are equal.
    pub(super) fn ask(&mut self, equal: Option<Digest>, id: RequestId) -> Option<Ask> {
        if !self.wants_to_ask() {
            return None;
        }
        self.base = equal;
        let used = core::mem::take(&mut self.used);
        self.taking = Some(Taking { id, number: self.number, used });
        Some(Ask::TakeIn { bundles: core::mem::take(&mut self.waiting) })
    }

    pub(super) fn stop(&mut self) {
        *self = Self { number: self.number, taken: self.number, ..Self::default() };
    }

    /// What waits, is being taken in and is in pieces.
    fn all(&self) -> Used {
        let mut all = self.used;
        all.add(self.taking.map(|taking| taking.used).unwrap_or_default());
        all.bytes += self.pieces.len() as u64;
        all
    }
}

impl Channel {
    /// What was sent here and is not taken in yet.
    pub(in crate::protocol) fn incoming_use(&self) -> Used {
        self.incoming.all()
    }

    /// What waits to be taken in.
    pub(in crate::protocol) fn waiting_use(&self) -> Used {
        self.incoming.used
    }

    /// A piece of a bundle comes.
    pub(in crate::protocol) fn hear_bundle(
        &mut self,
        number: u64,
        piece: Piece<'_>,
        terms: &Terms,
    ) -> Result<(), Violation> {
        self.has_moved = true;
        let incoming = &mut self.incoming;
        if piece.at == 0 {
            incoming.pieces = Vec::new();
        }
        if piece.at + piece.bytes.len() as u64 > terms.bundle {
            return Err(Violation::OverLimit(Limit::Bundle));
        }
        if piece.at != incoming.pieces.len() as u64 || number <= incoming.number {
            // One before it was lost, which shows when the next bundle comes or at a ping; or it
            // came before.
            return Ok(());
        }
        append(&mut incoming.pieces, piece.bytes);
        if piece.more {
            return Ok(());
        }
        let bytes = core::mem::take(&mut incoming.pieces);
        if self.stage == Stage::Open && self.access == Access::Write {
            return self.hear_whole(number, bytes, terms);
        }
        self.pass_over(number);
        Ok(())
    }

    /// Nothing is taken in: the other side has been told so and this was on its way, or the host
    /// has not opened the document yet, and will state what is here.
    fn pass_over(&mut self, number: u64) {
        (self.incoming.number, self.incoming.taken) = (number, number);
        self.incoming.run = number + 1;
        self.due.state |= matches!(self.stage, Stage::New | Stage::Asked);
    }

    /// A bundle has come whole.
    fn hear_whole(&mut self, number: u64, bytes: Vec<u8>, terms: &Terms) -> Result<(), Violation> {
        let bundle = bundle::with_document(&bytes, &self.document).ok_or(Malformed::Content)?;
        let length = bytes.len();
        drop(bytes);
        self.enter(number, length, bundle, terms)
    }

    /// A live change comes in shorthand.
    pub(in crate::protocol) fn hear_live(
        &mut self,
        number: u64,
        bytes: &[u8],
        terms: &Terms,
    ) -> Result<(), Violation> {
        self.has_moved = true;
        if number <= self.incoming.number {
            return Ok(());
        }
        if self.stage != Stage::Open || self.access == Access::Read {
            self.pass_over(number);
            return Ok(());
        }
        match self.shorthand.decode(bytes) {
            Ok(bundle) if !bundle.is_empty() => {
                self.incoming.misunderstood = 0;
                self.enter(number, bytes.len(), bundle, terms)
            }
            Ok(_) => self.misunderstood(number),
            Err(_) => {
                self.due.lost = Some(self.shorthand.lost());
                self.misunderstood(number)
            }
        }
    }

    /// What came makes no sense without what was lost before it: heads have to be compared.
    fn misunderstood(&mut self, number: u64) -> Result<(), Violation> {
        let incoming = &mut self.incoming;
        (incoming.number, incoming.run) = (number, number + 1);
        incoming.misunderstood += 1;
        if incoming.misunderstood > MAX_MISUNDERSTOOD {
            return Err(Violation::OverLimit(Limit::Misunderstood));
        }
        if incoming.is_idle() {
            incoming.taken = number;
            self.due.state = true;
        } else {
            incoming.has_gap = true;
        }
        Ok(())
    }

    /// Has a bundle wait to be taken in.
    fn enter(
        &mut self,
        number: u64,
        bytes: usize,
        bundle: Vec<u8>,
        terms: &Terms,
    ) -> Result<(), Violation> {
        let canonical_bytes = History::stated_bytes(&bundle).map_err(|_| Malformed::Content)?;
        let used = Used { bytes: bytes as u64, canonical_bytes };
        let incoming = &mut self.incoming;
        let before = incoming.all();
        if !before.has_room(used, terms.document) {
            let of_bytes = before.bytes + used.bytes > terms.document.bytes;
            let limit = if of_bytes { Limit::DocumentBytes } else { Limit::DocumentWork };
            return Err(Violation::OverLimit(limit));
        }
        if number != incoming.number + 1 {
            (incoming.has_gap, incoming.run) = (true, number);
        }
        incoming.number = number;
        incoming.used.add(used);
        if incoming.waiting.is_empty() {
            incoming.waiting = bundle;
        } else {
            append(&mut incoming.waiting, &bundle);
        }
        Ok(())
    }

    /// Bundles were taken in, and that is durable.
    pub(super) fn taken(
        &mut self,
        version: Version,
        gained: Option<(usize, u64)>,
        complete: bool,
        events: &mut Vec<Event>,
    ) {
        let Some(Taking { number, used, .. }) = self.incoming.taking.take() else { return };
        // Nothing else has come in the meantime, nor had waited for what came.
        let is_all = gained.is_some_and(|(changes, bytes)| {
            bytes == used.canonical_bytes && version.changes == self.mine.changes + changes
        });
        let is_all = is_all && !self.is_unknown;
        let was_equal = self.incoming.base == Some(self.digest) && is_all;
        self.note(version);
        if was_equal && complete && !self.incoming.has_gap {
            // The other side had the same and has made what came.
            self.comparing.theirs = Some(self.digest);
        }
        self.incoming.taken = number;
        if !complete {
            // What waits, and whatever came since, is no part of the document yet.
            (self.incoming.has_gap, self.incoming.run) = (true, self.incoming.number + 1);
        }
        let is_last = self.incoming.is_idle();
        if is_last && self.incoming.has_gap {
            self.incoming.taken = self.incoming.number;
        }
        if core::mem::take(&mut self.incoming.has_gap) {
            // What came does not follow on what is here: the other side has to look again.
            self.due.state = true;
        } else {
            self.due.durable = true;
        }
        if is_last {
            self.finish(events);
        }
    }
}

/// Appends, and takes a quarter more room than there is where there is none: twice as much would be
/// more than what was granted.
fn append(all: &mut Vec<u8>, more: &[u8]) {
    if all.capacity() - all.len() < more.len() {
        all.reserve_exact(more.len() + all.len() / 4);
    }
    all.extend_from_slice(more);
}
