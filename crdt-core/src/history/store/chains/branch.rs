//! One segment of a chain.

use crate::history::store::chains::ChangeIndex;

/// A part of a chain on which no fork begins. See [`chains`](crate::history::store::chains).
#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(crate) struct ChainSegment {
    pub(crate) parent: Option<u32>,
    /// The change that its first one follows.
    pub(crate) prev: Option<ChangeIndex>,
    /// A segment further up, or itself at a root.
    pub(crate) jump: u32,
    /// Number of segments above.
    pub(crate) depth: u32,
    pub(crate) author: u32,
    /// The counter at which it leaves its parent.
    pub(crate) first: u32,
    /// The numbers of the streaks that its changes are, ascending; at least one but while it is
    /// being opened.
    pub(crate) streaks: Vec<u32>,
    /// The counter after its last op.
    pub(crate) end: u32,
}

impl ChainSegment {
    /// A segment without changes, whose first one will follow `prev` and begin at the counter `first`.
    pub(crate) fn new(
        author: u32,
        (parent, prev, first): (Option<u32>, Option<ChangeIndex>, u32),
        (jump, depth): (u32, u32),
    ) -> Self {
        Self { parent, prev, jump, depth, author, first, streaks: Vec::new(), end: first }
    }
}
