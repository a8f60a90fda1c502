//! One segment of a chain.

use super::chains::ChangeIndex;

/// A part of a chain on which no fork begins. See [`chains`](super::chains).
#[derive(Debug)]
#[cfg_attr(test, derive(PartialEq))]
pub(super) struct ChainSegment {
    pub(super) parent: Option<u32>,
    /// The change that its first one follows.
    pub(super) prev: Option<ChangeIndex>,
    /// A segment further up, or itself at a root.
    pub(super) jump: u32,
    /// Number of segments above.
    pub(super) depth: u32,
    pub(super) author: u32,
    /// The counter at which it leaves its parent.
    pub(super) first: u32,
    /// The numbers of the streaks that its changes are, ascending; at least one but while it is
    /// being opened.
    pub(super) streaks: Vec<u32>,
    /// The counter after its last op.
    pub(super) end: u32,
}

impl ChainSegment {
    /// A segment without changes, whose first one will follow `prev` and begin at the counter `first`.
    pub(super) fn new(
        author: u32,
        (parent, prev, first): (Option<u32>, Option<ChangeIndex>, u32),
        (jump, depth): (u32, u32),
    ) -> Self {
        Self { parent, prev, jump, depth, author, first, streaks: Vec::new(), end: first }
    }
}
