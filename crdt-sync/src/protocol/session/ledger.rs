//! What all documents of a connection come to together: what they hold, what is on its way, and what
//! both sides have the same of. Each channel is entered anew whenever something was done with it, so
//! none of it is ever counted over all documents.

use crate::protocol::channel::Used;
use crate::protocol::digest::Sum;
use crate::protocol::frame::Digest;

/// Bytes that all documents of a connection may hold beside bundles that come and go: what was said
/// to find out what lacks, and what is known of live changes. What goes beyond is dropped where it
/// would be held, as if the message had been lost: a ping brings it again, and a document that is
/// alone has room.
pub(super) const MOST_HELD: u64 = 64 << 20;
/// Bytes that may wait to be sent, of all documents. Beyond this nothing is fetched, and of live
/// changes it is only noted that there are some.
pub(super) const MOST_WAITING: u64 = 8 << 20;

/// What one document comes to.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(in crate::protocol) struct Account {
    /// What is on its way to the other side, and what came and is not taken in.
    pub(in crate::protocol) sent: Used,
    pub(in crate::protocol) received: Used,
    /// Bytes held beside those.
    pub(in crate::protocol) held: u64,
    /// Bytes that wait to be sent, or are being fetched.
    pub(in crate::protocol) waiting: u64,
    /// Whether it is not known to be settled.
    pub(in crate::protocol) is_unsettled: bool,
    /// Whether something of it is to be stated.
    pub(in crate::protocol) is_to_state: bool,
    /// Eight bytes for its heads, and for it and its heads, where both sides have the same.
    pub(in crate::protocol) equal: Option<(Digest, Digest)>,
}

/// What all come to.
#[derive(Debug, Default)]
pub(super) struct Ledger {
    pub(super) sent: Used,
    pub(super) received: Used,
    pub(super) held: u64,
    pub(super) waiting: u64,
    pub(super) unsettled: usize,
    pub(super) stating: usize,
    pub(super) equal: Sum,
}

impl Ledger {
    pub(super) fn enter(&mut self, account: &Account) {
        self.sent.add(account.sent);
        self.received.add(account.received);
        self.held += account.held;
        self.waiting += account.waiting;
        self.unsettled += usize::from(account.is_unsettled);
        self.stating += usize::from(account.is_to_state);
        account.equal.iter().for_each(|(_, all)| self.equal.add(*all));
    }

    pub(super) fn strike(&mut self, account: &Account) {
        self.sent.take(account.sent);
        self.received.take(account.received);
        self.held -= account.held;
        self.waiting -= account.waiting;
        self.unsettled -= usize::from(account.is_unsettled);
        self.stating -= usize::from(account.is_to_state);
        account.equal.iter().for_each(|(_, all)| self.equal.take(*all));
    }

    /// Whether a document may hold so much more than it did. One that is alone may.
    pub(super) fn has_room(&self, before: &Account, after: &Account) -> bool {
        let others = self.held - before.held;
        after.held <= before.held || others == 0 || others + after.held <= MOST_HELD
    }
}
