//! The total order of ops, and how rarely it has to be asked.

use core::cmp::Ordering;

use crate::history::Chains;
use crate::op::Id;
#[cfg(test)]
use crate::steps;

/// The total order of ops: by time, then by change hash, then by offset in the change.
pub(crate) trait OpOrder {
    /// Time of the change that holds the op.
    fn time(&self, id: Id) -> u32;
    /// Total order of two ops. Within one branch it is the order of counters; an op is
    /// always above everything it depends on.
    fn cmp(&self, a: Id, b: Id) -> Ordering;
}

impl OpOrder for Chains {
    fn time(&self, id: Id) -> u32 {
        self.time(id)
    }

    fn cmp(&self, a: Id, b: Id) -> Ordering {
        self.op_order(a, b)
    }
}

/// An op with its time at hand, which settles most comparisons.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(super) struct Stamp {
    pub(super) time: u32,
    pub(super) id: Id,
}

impl Stamp {
    pub(super) fn of<O: OpOrder + ?Sized>(id: Id, order: &O) -> Self {
        Self { time: order.time(id), id }
    }

    pub(super) fn exceeds<O: OpOrder + ?Sized>(self, other: Self, order: &O) -> bool {
        #[cfg(test)]
        steps::count();
        if self.id.chain == other.id.chain {
            return self.id.counter > other.id.counter;
        }
        match self.time.cmp(&other.time) {
            Ordering::Equal => order.cmp(self.id, other.id) == Ordering::Greater,
            unequal => unequal == Ordering::Greater,
        }
    }
}
