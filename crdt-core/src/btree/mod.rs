//! A sequence of entries as a B-tree with a summary of every subtree.
//!
//! Nodes live in two arenas and name each other by index. Every node knows its parent, so an entry
//! that is found through an outside index can be counted from the front by walking up; leaves are
//! linked, so that neighbours cost nothing to reach. The tree knows nothing about what its entries
//! mean: a [`Summary`] says what is added up, a context (`cx`) is handed through to whoever needs
//! one to combine two summaries.
//!
//! A node that runs empty is freed; nodes that are merely sparse are left alone. Its height is
//! therefore logarithmic in the number of entries ever inserted, and removing stays simple.

#[cfg(test)]
mod check;
mod deferred;
mod insert;
mod node;
mod remove;
#[cfg(test)]
mod tests;
mod walk;

use deferred::Deferred;
use node::{Arena, Inner, Leaf, NIL, Up};
pub(crate) use walk::{Iter, IterBack};

/// Names a leaf; stable until the leaf runs empty.
pub(crate) type LeafId = u32;

/// What a [`Tree`] holds.
pub(crate) trait Entry {
    /// What is known of a subtree without looking into it.
    type Summary: Summary;
    /// The most entries a leaf holds.
    const LEAF: usize;
    /// The most children an inner node has.
    const INNER: usize;

    /// The summary of this entry alone.
    fn summary(&self) -> Self::Summary;
}

/// The sum of some entries. The default value stands for no entries and is never combined.
pub(crate) trait Summary: Copy + Default + PartialEq {
    /// Replaces what one entry contributed, for changes that touch only what can be subtracted.
    fn shift(&mut self, before: &Self, after: &Self);
}

/// How two summaries make one. Associative and commutative.
pub(crate) trait Combine<Cx: ?Sized>: Summary {
    /// The summary of the entries of both.
    #[must_use]
    fn combine(self, other: Self, cx: &Cx) -> Self;
}

/// The place of an entry, or of the gap before it. Inserting and removing may move entries: only
/// the cursors these return, and cursors before a removed entry, stay true.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Cursor {
    pub(crate) leaf: LeafId,
    slot: usize,
}

impl Cursor {
    /// The entry before the one, or the gap, at this cursor, if it is in the same leaf.
    #[inline]
    pub(crate) fn before(self) -> Option<Self> {
        Some(Self { leaf: self.leaf, slot: self.slot.checked_sub(1)? })
    }

    /// The gap behind the entry at this cursor.
    pub(crate) fn gap_after(self) -> Self {
        Self { leaf: self.leaf, slot: self.slot + 1 }
    }
}

/// The tree. See the module.
#[derive(Clone, Debug)]
pub(crate) struct Tree<E: Entry> {
    leaves: Arena<Leaf<E>>,
    inners: Arena<Inner<E::Summary>>,
    /// A leaf if `height` is zero, else an inner node; `NIL` if there are no entries.
    root: u32,
    /// The number of levels above the leaves.
    height: u32,
    first: LeafId,
    last: LeafId,
    total: E::Summary,
    deferred: Deferred<E::Summary>,
}

impl<E: Entry> Default for Tree<E> {
    fn default() -> Self {
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
}

impl<E: Entry> Tree<E> {
    /// Whether there are no entries.
    pub(crate) fn is_empty(&self) -> bool {
        self.root == NIL
    }

    /// The summary of all entries.
    pub(crate) fn total(&self) -> E::Summary {
        self.deferred.correct(self.total)
    }

    /// The entry at a cursor.
    #[inline]
    pub(crate) fn get(&self, at: Cursor) -> &E {
        &self.leaves[at.leaf].entries[at.slot]
    }

    /// The entry at a cursor, for changes that leave its summary as it is.
    pub(crate) fn get_mut(&mut self, at: Cursor) -> &mut E {
        &mut self.leaves[at.leaf].entries[at.slot]
    }

    /// Finds an entry of one leaf.
    pub(crate) fn find_in_leaf(&self, leaf: LeafId, found: impl Fn(&E) -> bool) -> Option<Cursor> {
        let slot = self.leaves.get(leaf)?.entries.iter().position(found)?;
        Some(Cursor { leaf, slot })
    }

    /// Changes an entry in a way that [`Summary::shift`] can follow, for its leaf if not for itself.
    /// The nodes above are told when something else changes.
    #[inline]
    pub(crate) fn amend<R>(&mut self, at: Cursor, change: impl FnOnce(&mut E) -> R) -> R {
        self.defer(at.leaf);
        let entry = &mut self.leaves[at.leaf].entries[at.slot];
        let before = entry.summary();
        let result = change(entry);
        self.deferred.shift(&before, &entry.summary());
        result
    }

    /// Changes an entry. What `change` returns beside its result is what its summary has gained, as
    /// far as [`Summary::shift`] can follow. The nodes above are told when something else changes.
    #[inline]
    pub(crate) fn enlarge<R>(
        &mut self,
        at: Cursor,
        change: impl FnOnce(&mut E) -> (R, E::Summary),
    ) -> R {
        self.defer(at.leaf);
        let (result, gained) = change(&mut self.leaves[at.leaf].entries[at.slot]);
        self.deferred.shift(&E::Summary::default(), &gained);
        result
    }

    /// Changes an entry and the one behind it, if that is in the same leaf. What `change` returns
    /// beside its result is what both together have lost, as far as [`Summary::shift`] can follow;
    /// if it returns nothing, it has changed nothing. The nodes above are told when something else
    /// changes.
    #[inline]
    pub(crate) fn transfer<R>(
        &mut self,
        left: Cursor,
        change: impl FnOnce(&mut E, &mut E) -> Option<(R, E::Summary)>,
    ) -> Option<R> {
        self.defer(left.leaf);
        let pair = self.leaves[left.leaf].entries.get_mut(left.slot..left.slot + 2)?;
        let [entry, behind] = pair else { return None };
        let (result, lost) = change(entry, behind)?;
        self.deferred.shift(&lost, &E::Summary::default());
        Some(result)
    }

    /// Changes an entry in a way that adds `more` to its summary.
    pub(crate) fn extend<Cx: ?Sized>(
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
    pub(crate) fn update<R, Cx: ?Sized>(
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
    fn raise(&mut self, leaf: LeafId, change: impl Fn(&mut E::Summary)) {
        let mut up = self.leaves[leaf].up;
        while up.parent != NIL {
            let inner = &mut self.inners[up.parent];
            change(&mut inner.summaries[up.slot]);
            up = inner.up;
        }
        change(&mut self.total);
    }

    /// Computes the summaries of a leaf and of everything above it anew.
    fn refresh<Cx: ?Sized>(&mut self, leaf: LeafId, cx: &Cx)
    where
        E::Summary: Combine<Cx>,
    {
        let leaf = &self.leaves[leaf];
        self.refresh_above(leaf.up, leaf.summary(cx), cx);
    }

    /// Passes a node's new summary on to its parent, and so on up.
    fn refresh_above<Cx: ?Sized>(&mut self, mut up: Up, mut summary: E::Summary, cx: &Cx)
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
    fn up(&mut self, level: u32, node: u32) -> &mut Up {
        if level == 0 { &mut self.leaves[node].up } else { &mut self.inners[node].up }
    }

    /// Tells the children of an inner node, from a slot on, where they hang. They lie at `level`.
    fn hang(&mut self, level: u32, parent: u32, from: usize) {
        for slot in from..self.inners[parent].children.len() {
            let child = self.inners[parent].children[slot];
            *self.up(level, child) = Up { parent, slot };
        }
    }
}
