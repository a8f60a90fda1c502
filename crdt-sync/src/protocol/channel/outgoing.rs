//! What there is to send and what is on its way, and what the other side has when that is taken in.

use std::collections::VecDeque;
use std::sync::Arc;

use crdt_core::{ChangeHash, LooseBundle, PortionBundle};

use super::account::of_basis;
use crate::protocol::frame::Digest;
use crate::protocol::request::{Ask, Basis, RequestId, Version};
use crate::protocol::settings::Credit;

/// The canonical bytes that are fetched at once, however much the other side grants.
const MOST_FETCHED: u64 = 4 << 20;

/// What is to be sent and what is on its way.
#[derive(Debug, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is known or not by itself")]
pub(super) struct Outgoing {
    /// The number of the bundle that was sent last.
    pub(super) number: u64,
    /// Sent, and not known to be taken in, oldest first.
    pub(super) sent: VecDeque<Sent>,
    /// Of these together.
    pub(super) under_way: Used,
    /// What the other side lacks, while it is fetched and sent.
    pub(super) difference: Option<Difference>,
    /// Bundles of it that are here.
    pub(super) ready: Items,
    /// Changes that were made since, oldest first.
    pub(super) live: Items,
    /// Whether some of those were dropped.
    pub(super) is_behind: bool,
    /// Whether the other side has all that live changes depend on, or it is on its way before them.
    pub(super) is_live: bool,
    /// A bundle of which some pieces have been sent.
    pub(super) begun: Option<Begun>,
    /// Heads that the other side has durably.
    pub(super) acknowledged: Option<Vec<ChangeHash>>,
    /// Whether anything was compared since both had the same.
    pub(super) compared: bool,
    /// Whether the other side takes no changes.
    pub(super) is_forbidden: bool,
    /// What heads came to when it was told last that both have the same, unless something was
    /// compared or made since.
    pub(super) agreed_on: Option<Digest>,
    /// How often it was in doubt whether the other side has all that was sent.
    pub(super) doubts: u64,
}

/// What the other side lacks.
#[derive(Debug)]
pub(super) struct Difference {
    pub(super) basis: Basis,
    /// Whether the basis is certain: heads, and no abbreviation or claim.
    pub(super) is_exact: bool,
    pub(super) next: usize,
    pub(super) end: Option<usize>,
    /// What is being fetched: the request, and for how many bytes.
    pub(super) fetching: Option<(RequestId, u64)>,
}

/// A bundle to be sent.
#[derive(Clone, Debug)]
pub(super) struct Item {
    pub(super) bytes: Vec<u8>,
    pub(super) canonical_bytes: u64,
    /// What the other side has once this one is taken in.
    pub(super) certain: Option<Certain>,
    /// How many changes there are here with it.
    pub(super) changes: usize,
    /// One change by one, if it can be said in shorthand.
    pub(super) loose: Option<Loose>,
}

/// A bundle among those that were told together.
#[derive(Clone, Debug)]
pub(super) struct Loose(pub(super) Arc<[(PortionBundle, Option<LooseBundle>)]>, pub(super) usize);

impl Loose {
    pub(super) fn bundle(&self) -> Option<&LooseBundle> {
        self.0[self.1].1.as_ref()
    }
}

/// A bundle of which some pieces have been sent.
#[derive(Debug)]
pub(super) struct Begun {
    pub(super) item: Item,
    pub(super) at: usize,
    pub(super) is_live: bool,
}

/// A bundle that is on its way.
#[derive(Debug)]
pub(super) struct Sent {
    pub(super) number: u64,
    pub(super) used: Used,
    pub(super) certain: Option<Certain>,
}

/// Heads that the other side has once it has taken in a bundle, if it was not in doubt since whether
/// it has all before.
#[derive(Clone, Debug)]
pub(super) struct Certain {
    pub(super) heads: Vec<ChangeHash>,
    pub(super) doubts: u64,
}

/// Bundles to be sent, and how many bytes they hold.
#[derive(Debug, Default)]
pub(super) struct Items {
    pub(super) all: VecDeque<Item>,
    pub(super) held: u64,
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
    pub(super) fn used(&self) -> Used {
        Used { bytes: self.bytes.len() as u64, canonical_bytes: self.canonical_bytes }
    }

    /// Bytes that it holds. What may be said in shorthand is there once more, change by change, and
    /// as it came, which others may hold too.
    pub(super) fn held(&self) -> u64 {
        let loose =
            self.loose.as_ref().map_or(0, |_| self.bytes.len() as u64 + self.canonical_bytes);
        (size_of::<Self>() + self.bytes.capacity()) as u64 + loose
    }
}

impl Items {
    pub(super) fn push(&mut self, item: Item) {
        self.held += item.held();
        self.all.push_back(item);
    }

    pub(super) fn pop(&mut self) -> Option<Item> {
        let item = self.all.pop_front()?;
        self.held -= item.held();
        Some(item)
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }

    pub(super) fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Takes out those that were made when there were no more than so many changes here.
    pub(super) fn pass(&mut self, changes: usize) {
        while self.all.front().is_some_and(|item| item.changes <= changes) {
            self.pop();
        }
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
    pub(super) const fn doubt(&mut self) {
        self.doubts += 1;
    }

    /// Heads, if the other side has them for certain with what it acknowledges.
    pub(super) fn certain_heads<'a>(&self, certain: &'a Certain) -> Option<&'a [ChangeHash]> {
        let is_certain = certain.heads.len() == 1 || certain.doubts == self.doubts;
        is_certain.then_some(&certain.heads[..])
    }

    /// Bytes that it holds beside bundles.
    pub(super) fn held(&self) -> usize {
        self.difference.as_ref().map_or(0, |difference| of_basis(&difference.basis))
    }

    /// Bytes that wait to be sent, or are being fetched.
    pub(super) fn waiting(&self) -> u64 {
        let begun = self.begun.as_ref().map_or(0, |begun| begun.item.held());
        let fetching = self.difference.as_ref().and_then(|difference| difference.fetching);
        self.ready.held + self.live.held + begun + fetching.map_or(0, |(_, bytes)| bytes)
    }

    /// Whether it waits for the answer to a request.
    pub(super) fn awaits(&self, id: RequestId) -> bool {
        let fetching = self.difference.as_ref().and_then(|difference| difference.fetching);
        fetching.is_some_and(|(fetching, _)| fetching == id)
    }

    pub(super) fn is_comparing(&self) -> bool {
        let has_begun = self.begun.as_ref().is_some_and(|begun| !begun.is_live);
        self.difference.is_some() || !self.ready.is_empty() || has_begun
    }

    pub(super) fn was_compared(&self) -> bool {
        self.compared
    }

    /// The other side takes no changes. Says whether that is news.
    pub(super) fn forbid(&mut self) -> bool {
        self.stop();
        !core::mem::replace(&mut self.is_forbidden, true)
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
        (self.is_live, self.compared, self.agreed_on) = (false, true, None);
        self.difference = Some(Difference { basis, is_exact, next: 0, end: None, fetching: None });
    }

    /// Everything was stated: what is answered covers what was made before.
    pub(super) fn stated(&mut self, changes: usize) {
        self.live.pass(changes);
        (self.is_live, self.is_behind) = (false, false);
    }

    /// Both had the same before there was a channel.
    pub(super) fn resume(&mut self) {
        self.is_live = true;
    }

    /// Both have the same. Says whether that is news.
    pub(super) fn agreed(&mut self, version: &Version, digest: Digest) -> bool {
        (self.compared, self.is_live) = (false, true);
        let is_news = self.agreed_on.replace(digest) != Some(digest);
        if is_news {
            self.acknowledged = Some(version.heads.clone());
        }
        is_news
    }

    /// The other side has taken in bundles up to one, whatever became of them.
    pub(super) fn released(&mut self, number: u64) {
        while let Some(sent) = self.sent.front().filter(|sent| sent.number <= number) {
            self.under_way.take(sent.used);
            self.sent.pop_front();
        }
    }

    /// What the other side grants to this document that is not used.
    pub(super) fn room(&self, credit: Credit) -> Credit {
        Credit {
            bytes: credit.bytes.saturating_sub(self.under_way.bytes),
            canonical_bytes: credit.canonical_bytes.saturating_sub(self.under_way.canonical_bytes),
        }
    }

    pub(super) fn wants_to_ask(&self, credit: Credit) -> bool {
        let room = self.room(credit);
        let wants = |difference: &Difference| difference.fetching.is_none();
        self.ready.is_empty()
            && room.bytes > 0
            && room.canonical_bytes > 0
            && self.difference.as_ref().is_some_and(wants)
    }

    /// Has what the other side lacks be fetched, up to so many canonical bytes.
    pub(super) fn ask(&mut self, bytes: u64, genesis: bool, id: RequestId) -> Option<Ask> {
        let difference = self.difference.as_mut().filter(|one| one.fetching.is_none())?;
        let bytes = bytes.min(MOST_FETCHED);
        difference.fetching = Some((id, bytes));
        let Difference { basis, next, end, .. } = difference;
        let genesis = genesis && *next == 0;
        Some(Ask::Difference { basis: basis.clone(), first: *next, end: *end, bytes, genesis })
    }

    /// Gives up live changes.
    pub(super) fn drop_live(&mut self) {
        self.live.clear();
        self.is_behind = true;
    }
}
