//! Which change holds an op, how ops are named between replicas, and the order of ops.

use core::cmp::Ordering;

use super::Chains;
use crate::crypto::{Author, ChangeHash};
use crate::history::format::numbers::{BranchIndex, ChangeIndex, Number as _};
use crate::op::{Id, IdRange};
#[cfg(test)]
use crate::steps;

impl Chains {
    /// The change that holds an op; `None` for an op of the change that is being written.
    pub(crate) fn change_of(&self, id: Id) -> Option<ChangeIndex> {
        let branch = self.branches.find(BranchIndex::new(id.chain))?;
        if id.counter >= branch.end {
            return None;
        }
        self.streaks.change_at(branch.streaks.as_slice(), id.counter)
    }

    /// Of some ops those that are not of the change that is being written, and their author.
    pub(crate) fn made(&self, ops: IdRange) -> Option<(IdRange, Author)> {
        let branch = self.branches.find(BranchIndex::new(ops.chain))?;
        let made = IdRange { end: ops.end.min(branch.end), ..ops };
        (made.start < made.end).then(|| (made, self.authors.get(branch.author)))
    }

    /// The counter after the last op of the change that holds an op.
    pub(crate) fn end_of_change_at(&self, id: Id) -> u32 {
        self.change_of(id).map_or(u32::MAX, |change| self.end_of(change))
    }

    /// Time of the change that holds an op. The change that is being written is above all others.
    pub(crate) fn time(&self, id: Id) -> u32 {
        self.change_of(id).map_or(self.highest_time + 1, |change| self.time_of(change))
    }

    /// The order of ops: by time, then change hash, then offset in the change.
    pub(crate) fn op_order(&self, a: Id, b: Id) -> Ordering {
        #[cfg(test)]
        steps::count();
        if a.chain == b.chain {
            return a.counter.cmp(&b.counter);
        }
        match (self.change_of(a), self.change_of(b)) {
            (Some(x), Some(y)) => {
                let times = self.time_of(x).cmp(&self.time_of(y));
                // Hashes of old changes may have to be unpacked first.
                let hashes = || self.hash_of(x).cmp(&self.hash_of(y));
                times.then_with(hashes).then(a.counter.cmp(&b.counter))
            }
            (x, y) => x.is_none().cmp(&y.is_none()),
        }
    }

    /// The op with a name that every replica has for it.
    pub(crate) fn find(&self, change: &ChangeHash, offset: u32) -> Option<Id> {
        let change = self.index_of(change)?;
        let counter = self.start_of(change).checked_add(offset)?;
        let chain = self.branch_of(change).get();
        (counter < self.end_of(change)).then_some(Id { chain, counter })
    }

    /// The name of an op that every replica has for it: its change's hash and its offset.
    pub(crate) fn global_name(&self, id: Id) -> Option<(ChangeHash, u32)> {
        let change = self.change_of(id)?;
        Some((self.hash_of(change), id.counter - self.start_of(change)))
    }
}
