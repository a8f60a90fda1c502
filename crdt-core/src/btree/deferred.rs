//! Telling the nodes above a leaf later what changed in it.

use super::node::{NIL, Up};
use super::{Combine, Entry, Grown, LeafId, Summary};

/// What the nodes above one leaf have not been told yet.
///
/// Whoever types changes one entry over and over, and nobody asks for sums in between. So
/// [`Tree::amend`](super::Tree::amend) leaves the summaries above the leaf as they are and notes
/// here what they should say. Whatever changes the tree in another way settles this first; whatever
/// reads corrects the summaries on the way from the root to that leaf, each by the same difference.
#[derive(Clone, Debug)]
pub(super) struct Deferred<S> {
    /// The leaf; `NIL` if everything has been told.
    leaf: LeafId,
    /// The sum of its entries as far as it has been told.
    told: S,
    /// What it is by now. Only what [`Summary::shift`] follows is kept up.
    sum: S,
}

impl<S: Summary> Default for Deferred<S> {
    fn default() -> Self {
        Self { leaf: NIL, told: S::default(), sum: S::default() }
    }
}

impl<S: Summary> Deferred<S> {
    /// Notes that an entry of the leaf contributes something else than before.
    #[inline]
    pub(super) fn shift(&mut self, before: &S, after: &S) {
        self.sum.shift(before, after);
    }

    /// A summary that the leaf is a part of, as it should be.
    pub(super) fn correct(&self, mut summary: S) -> S {
        summary.shift(&self.told, &self.sum);
        summary
    }

    /// The leaf, if there is anything that it has not told.
    pub(super) fn leaf(&self) -> Option<LeafId> {
        (self.leaf != NIL).then_some(self.leaf)
    }
}

impl<E: Entry> Grown<E> {
    /// Sees to it that what is deferred is about this leaf.
    #[inline]
    pub(super) fn defer(&mut self, leaf: LeafId) {
        if self.deferred.leaf != leaf {
            self.defer_anew(leaf);
        }
    }

    #[inline(never)]
    fn defer_anew(&mut self, leaf: LeafId) {
        self.settle();
        let Up { parent, slot } = self.leaves[leaf].up;
        let told = if parent == NIL { self.total } else { self.inners[parent].summaries[slot] };
        self.deferred = Deferred { leaf, told, sum: told };
    }

    /// Notes what a new entry adds to a leaf, if that is all the nodes above need to know of it.
    pub(super) fn defer_new<Cx: ?Sized>(&mut self, leaf: LeafId, new: E::Summary, cx: &Cx) -> bool
    where
        E::Summary: Combine<Cx>,
    {
        self.defer(leaf);
        let told = self.deferred.told;
        let mut shifted = told;
        shifted.shift(&E::Summary::default(), &new);
        let enough = shifted == told.combine(new, cx);
        if enough {
            self.deferred.shift(&E::Summary::default(), &new);
        }
        enough
    }

    /// Tells the nodes above what has been deferred.
    pub(super) fn settle(&mut self) {
        let Deferred { leaf, told, sum } = core::mem::take(&mut self.deferred);
        if leaf != NIL {
            self.raise(leaf, |summary| summary.shift(&told, &sum));
        }
    }

    /// Of the children of an inner node, which lie at `level`, the one whose summary needs to be
    /// corrected.
    pub(super) fn untold_child(&self, level: u32, inner: u32) -> Option<usize> {
        let mut up = self.leaves[self.deferred.leaf()?].up;
        for _ in 0..level {
            up = self.inners[up.parent].up;
        }
        (up.parent == inner).then_some(up.slot)
    }
}
