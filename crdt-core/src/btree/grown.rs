//! The tree once it has nodes.

use super::deferred::Deferred;
use super::node::{Arena, Inner, Leaf, NIL, Up};
use super::{Combine, Cursor, Entry, LeafId, ONLY};

/// A tree of nodes.
#[derive(Clone, Debug)]
pub(super) struct Grown<E: Entry> {
    pub(super) leaves: Arena<Leaf<E>>,
    pub(super) inners: Arena<Inner<E::Summary>>,
    /// A leaf if `height` is zero, else an inner node; `NIL` if there are no entries any more.
    pub(super) root: u32,
    /// The number of levels above the leaves.
    pub(super) height: u32,
    pub(super) first: LeafId,
    pub(super) last: LeafId,
    pub(super) total: E::Summary,
    pub(super) deferred: Deferred<E::Summary>,
}

impl<E: Entry> Grown<E> {
    /// A tree without nodes.
    pub(super) fn blank() -> Self {
        Self {
            leaves: Arena::default(),
            inners: Arena::default(),
            root: NIL,
            height: 0,
            first: NIL,
            last: NIL,
            total: E::Summary::default(),
            deferred: Deferred::default(),
        }
    }

    /// A tree of one leaf, of the number [`ONLY`].
    pub(super) fn of<Cx: ?Sized>(entries: Vec<E>, cx: &Cx) -> Self
    where
        E::Summary: Combine<Cx>,
    {
        let leaf = Leaf::new(entries);
        let mut tree = Self::blank();
        tree.total = leaf.summary(cx);
        tree.root = tree.leaves.add(leaf);
        debug_assert_eq!(tree.root, ONLY, "it goes on under the name it had");
        (tree.first, tree.last) = (tree.root, tree.root);
        tree
    }

    /// Whether there are no entries.
    pub(super) fn is_empty(&self) -> bool {
        self.root == NIL
    }

    /// The summary of all entries.
    pub(super) fn total(&self) -> E::Summary {
        self.deferred.correct(self.total)
    }

    /// The entry at a cursor.
    #[inline]
    pub(super) fn get(&self, at: Cursor) -> &E {
        &self.leaves[at.leaf].entries[at.slot]
    }

    /// The entry at a cursor, for changes that leave its summary as it is.
    pub(super) fn get_mut(&mut self, at: Cursor) -> &mut E {
        &mut self.leaves[at.leaf].entries[at.slot]
    }

    /// Changes an entry in a way that adds `more` to its summary.
    pub(super) fn extend<Cx: ?Sized>(
        &mut self,
        at: Cursor,
        more: E::Summary,
        cx: &Cx,
        change: impl FnOnce(&mut E),
    ) where
        E::Summary: Combine<Cx>,
    {
        self.settle();
        change(&mut self.leaves[at.leaf].entries[at.slot]);
        self.raise(at.leaf, |summary| *summary = summary.combine(more, cx));
    }

    /// Changes an entry in any way.
    pub(super) fn update<R, Cx: ?Sized>(
        &mut self,
        at: Cursor,
        cx: &Cx,
        change: impl FnOnce(&mut E) -> R,
    ) -> R
    where
        E::Summary: Combine<Cx>,
    {
        self.settle();
        let result = change(&mut self.leaves[at.leaf].entries[at.slot]);
        self.refresh(at.leaf, cx);
        result
    }

    /// Applies a change to the summary of a leaf and of everything above it.
    pub(super) fn raise(&mut self, leaf: LeafId, change: impl Fn(&mut E::Summary)) {
        let mut up = self.leaves[leaf].up;
        while up.parent != NIL {
            let inner = &mut self.inners[up.parent];
            change(&mut inner.summaries[up.slot]);
            up = inner.up;
        }
        change(&mut self.total);
    }

    /// Computes the summaries of a leaf and of everything above it anew.
    pub(super) fn refresh<Cx: ?Sized>(&mut self, leaf: LeafId, cx: &Cx)
    where
        E::Summary: Combine<Cx>,
    {
        let leaf = &self.leaves[leaf];
        self.refresh_above(leaf.up, leaf.summary(cx), cx);
    }

    /// Passes a node's new summary on to its parent, and so on up.
    pub(super) fn refresh_above<Cx: ?Sized>(&mut self, mut up: Up, mut summary: E::Summary, cx: &Cx)
    where
        E::Summary: Combine<Cx>,
    {
        while up.parent != NIL {
            let inner = &mut self.inners[up.parent];
            inner.summaries[up.slot] = summary;
            summary = inner.summary(cx);
            up = inner.up;
        }
        self.total = summary;
    }

    /// Where a node hangs that lies `level` levels above the leaves.
    pub(super) fn up(&mut self, level: u32, node: u32) -> &mut Up {
        if level == 0 { &mut self.leaves[node].up } else { &mut self.inners[node].up }
    }

    /// Tells the children of an inner node, from a slot on, where they hang. They lie at `level`.
    pub(super) fn hang(&mut self, level: u32, parent: u32, from: usize) {
        for slot in from..self.inners[parent].children.len() {
            let child = self.inners[parent].children[slot];
            *self.up(level, child) = Up { parent, slot };
        }
    }
}
