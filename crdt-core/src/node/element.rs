use core::fmt;

use crate::crypto::ChangeHash;
use crate::history::Chains;
use crate::op::Id;

/// Names an element of a list or a character of a text for good: it stays the same when others are
/// inserted or deleted around it, on every replica, and when the document is saved and loaded.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ElementId {
    /// The change that inserted it.
    pub change: ChangeHash,
    /// Which of the change's counters it took, from 0.
    pub offset: u32,
}

impl ElementId {
    pub(super) fn new(chains: &Chains, id: Id) -> Option<Self> {
        chains.global_name(id).map(|(change, offset)| Self { change, offset })
    }

    pub(super) fn find(self, chains: &Chains) -> Option<Id> {
        chains.find(&self.change, self.offset)
    }
}

/// The change's first digits and the offset.
impl fmt::Debug for ElementId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ElementId({:?}, {})", self.change, self.offset)
    }
}
