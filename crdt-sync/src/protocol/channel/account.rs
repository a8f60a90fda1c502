//! What a document comes to on its connection, and what becomes of it where that is too much.

use crdt_core::{Frontier, ShortTip, Tip};

use super::compare::{Comparing, Heard, MAX_FRONTIER, Reply};
use super::{Channel, Stage};
use crate::protocol::request::Basis;
use crate::protocol::session::Account;
use crate::sketch::Item;

const TIP: usize = size_of::<Tip>();
const SHORT_TIP: usize = size_of::<ShortTip>();
const HASH: usize = 32;
const ITEM: usize = size_of::<Item>();

impl Channel {
    /// What it comes to now. Costs no more where there is much of something.
    pub(in crate::protocol) fn account_now(&self) -> Account {
        let is_settled = self.is_settled();
        let is_equal = is_settled && self.stage == Stage::Open;
        let known = self.account.equal.filter(|(heads, _)| *heads == self.digest);
        let equal = || (self.digest, self.salt.document(&self.document, self.digest));
        let held = self.comparing.held() + self.outgoing.held() + self.shorthand.held();
        let held = held + self.due.tips.as_ref().map_or(0, Reply::held);
        Account {
            sent: self.outgoing_use(),
            received: self.incoming_use(),
            held: held as u64,
            waiting: self.outgoing.waiting(),
            is_unsettled: !is_settled,
            is_to_state: self.is_to_state(),
            equal: is_equal.then(|| known.unwrap_or_else(equal)),
        }
    }

    /// Holds no more than so many bytes beside bundles: what is known of live changes is forgotten,
    /// and if that is not enough what was said to compare, as if it had been lost. The first the
    /// other side is told of; the rest is stated again at a ping.
    pub(in crate::protocol) fn give_way(&mut self, most: u64) {
        tracing::debug!(document = %self.document, "more was said of documents than is held");
        if self.shorthand.held() > 0 {
            self.due.lost = Some(self.shorthand.give_up());
        }
        if self.account_now().held <= most {
            return;
        }
        self.comparing.restart();
        self.comparing.asked = None;
        self.due.tips = None;
        self.outgoing.stop_difference();
        self.has_moved = false;
    }
}

impl Comparing {
    /// Bytes that it holds.
    fn held(&self) -> usize {
        let heard = self.heard.as_ref().map_or(0, Heard::held);
        let asked = self.asked.as_ref().map_or(0, |asked| {
            asked.heads.capacity() * HASH
                + asked.said.as_ref().map_or(0, |said| said.capacity() * SHORT_TIP)
        });
        let tips = self.tips.as_ref().map_or(0, |tips| tips.capacity() * TIP);
        // A frontier in pieces has room for all of it from its first one on: so some come to their
        // end, however many have begun.
        let pieces =
            self.pieces.capacity().max(if self.pieces.is_empty() { 0 } else { MAX_FRONTIER });
        heard + asked + tips + self.common.capacity() * TIP + self.sketching.held() + pieces
    }
}

impl Heard {
    fn held(&self) -> usize {
        match self {
            Self::Statement { .. } | Self::Sketch => 0,
            Self::Tips { tips, known, .. } => tips.capacity() * SHORT_TIP + known.capacity() * TIP,
            Self::Frontier { frontier, .. } => of_frontier(frontier),
        }
    }
}

impl Reply {
    fn held(&self) -> usize {
        match self {
            Self::Tips(tips) => tips.capacity() * TIP,
            Self::Differing(known, tips) => known.capacity() + tips.capacity() * SHORT_TIP,
            Self::Frontier { bytes, .. } => bytes.capacity(),
            Self::Sketch { symbols, .. } => symbols.capacity(),
            Self::More => 0,
            Self::Sketched(items, tips) => items.capacity() * ITEM + tips.capacity() * TIP,
        }
    }
}

/// What it holds of a frontier that says what the other side has.
pub(super) fn of_basis(basis: &Basis) -> usize {
    match basis {
        Basis::Heads(heads) => heads.capacity() * HASH,
        Basis::Frontier(frontier) => of_frontier(frontier),
    }
}

fn of_frontier(frontier: &Frontier) -> usize {
    size_of_val(frontier.tips())
}
