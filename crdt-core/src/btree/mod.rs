//! A sequence of entries as a B-tree with a summary of every subtree.
//!
//! As long as one leaf is enough, its entries are all there is: most texts and lists are short, and
//! there are many of them. From then on nodes live in two arenas and name each other by index.
//! Every node knows its parent, so an entry that is found through an outside index can be counted
//! from the front by walking up; leaves are linked, so that neighbours cost nothing to reach. The
//! tree knows nothing about what its entries mean: a [`Summary`] says what is added up, a context
//! (`cx`) is handed through to whoever needs one to combine two summaries.
//!
//! A node that runs empty is freed; nodes that are merely sparse are left alone. Its height is
//! therefore logarithmic in the number of entries ever inserted, and removing stays simple.

mod build;
#[cfg(test)]
mod check;
mod deferred;
mod grown;
mod insert;
mod node;
mod remove;
mod small;
#[cfg(test)]
mod tests;
mod walk;

use core::fmt::Debug;

use deferred::Deferred;
use grown::Grown;
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
pub(crate) trait Summary: Copy + Default + PartialEq + Debug {
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
pub(crate) struct Tree<E: Entry>(Form<E>);

#[derive(Clone, Debug)]
enum Form<E: Entry> {
    /// The entries of the only leaf.
    Small(Vec<E>),
    Grown(Box<Grown<E>>),
}

/// The only leaf.
const ONLY: LeafId = 0;

impl<E: Entry> Default for Tree<E> {
    fn default() -> Self {
        Self::new()
    }
}

impl<E: Entry> Tree<E> {
    /// Without an entry.
    pub(crate) const fn new() -> Self {
        Self(Form::Small(Vec::new()))
    }

    /// Whether there are no entries.
    pub(crate) fn is_empty(&self) -> bool {
        match &self.0 {
            Form::Small(entries) => entries.is_empty(),
            Form::Grown(tree) => tree.is_empty(),
        }
    }

    /// Whether there ever was more than one leaf.
    #[inline]
    pub(crate) fn is_grown(&self) -> bool {
        matches!(self.0, Form::Grown(_))
    }

    /// What [`Summary::shift`] follows of the summary of all entries.
    #[inline]
    pub(crate) fn total(&self) -> E::Summary {
        match &self.0 {
            Form::Small(entries) => small::total(entries),
            Form::Grown(tree) => tree.total(),
        }
    }

    /// The entry at a cursor.
    #[inline]
    pub(crate) fn get(&self, at: Cursor) -> &E {
        match &self.0 {
            Form::Small(entries) => &entries[at.slot],
            Form::Grown(tree) => tree.get(at),
        }
    }

    /// The entry at a cursor, for changes that leave its summary as it is.
    #[inline]
    pub(crate) fn get_mut(&mut self, at: Cursor) -> &mut E {
        match &mut self.0 {
            Form::Small(entries) => &mut entries[at.slot],
            Form::Grown(tree) => tree.get_mut(at),
        }
    }

    /// Changes an entry in a way that [`Summary::shift`] can follow, for its leaf if not for
    /// itself. The nodes above are told when something else changes.
    #[inline]
    pub(crate) fn amend<R>(&mut self, at: Cursor, change: impl FnOnce(&mut E) -> R) -> R {
        let (entries, deferred) = self.leaf_to_change(at.leaf);
        let entry = &mut entries[at.slot];
        let before = entry.summary();
        let result = change(entry);
        if let Some(deferred) = deferred {
            deferred.shift(&before, &entry.summary());
        }
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
        let (entries, deferred) = self.leaf_to_change(at.leaf);
        let (result, gained) = change(&mut entries[at.slot]);
        if let Some(deferred) = deferred {
            deferred.shift(&E::Summary::default(), &gained);
        }
        result
    }

    /// Changes an entry and the one behind it, if that is in the same leaf. What `change` returns
    /// is what both together have lost, as far as [`Summary::shift`] can follow; if it returns
    /// nothing, it has changed nothing. The nodes above are told when something else changes.
    #[inline]
    pub(crate) fn transfer(
        &mut self,
        left: Cursor,
        change: impl FnOnce(&mut E, &mut E) -> Option<E::Summary>,
    ) -> bool {
        let (entries, deferred) = self.leaf_to_change(left.leaf);
        let Some([entry, behind]) = entries.get_mut(left.slot..left.slot + 2) else {
            return false;
        };
        let Some(lost) = change(entry, behind) else { return false };
        if let Some(deferred) = deferred {
            deferred.shift(&lost, &E::Summary::default());
        }
        true
    }

    /// The entries of a leaf, and where to note what the nodes above it are to be told.
    #[expect(clippy::inline_always, reason = "every keystroke comes through here")]
    #[inline(always)]
    fn leaf_to_change(&mut self, leaf: LeafId) -> (&mut [E], Option<&mut Deferred<E::Summary>>) {
        match &mut self.0 {
            Form::Small(entries) => (entries, None),
            Form::Grown(tree) => {
                tree.defer(leaf);
                (&mut tree.leaves[leaf].entries, Some(&mut tree.deferred))
            }
        }
    }

    /// Tells the nodes above an entry that was changed what they have not been told, as whoever
    /// changes another one would.
    pub(crate) fn settle(&mut self) {
        if let Form::Grown(tree) = &mut self.0 {
            tree.settle();
        }
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
        match &mut self.0 {
            Form::Small(entries) => change(&mut entries[at.slot]),
            Form::Grown(tree) => tree.extend(at, more, cx, change),
        }
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
        match &mut self.0 {
            Form::Small(entries) => change(&mut entries[at.slot]),
            Form::Grown(tree) => tree.update(at, cx, change),
        }
    }

    /// Inserts entries, at least one and at most [`Entry::LEAF`], into the gap at `gap` and returns
    /// where the first one is now. `placed` learns the leaf of every entry that came into another
    /// one, the new entries included; what it hears last of an entry holds.
    pub(crate) fn insert<const N: usize, Cx: ?Sized>(
        &mut self,
        gap: Cursor,
        new: [E; N],
        cx: &Cx,
        mut placed: impl FnMut(&E, LeafId),
    ) -> Cursor
    where
        E::Summary: Combine<Cx>,
    {
        match &mut self.0 {
            Form::Small(entries) if entries.len() + N <= E::LEAF => {
                for entry in &new {
                    placed(entry, ONLY);
                }
                small::insert(entries, gap, new, E::LEAF);
                gap
            }
            Form::Small(entries) => {
                let mut tree = Grown::of(core::mem::take(entries), cx);
                let at = tree.insert(gap, new, cx, placed);
                self.0 = Form::Grown(Box::new(tree));
                at
            }
            Form::Grown(tree) => tree.insert(gap, new, cx, placed),
        }
    }

    /// Removes the entry behind another one, which takes its place in all summaries: it changes so
    /// that it adds to them what both did.
    pub(crate) fn merge<Cx: ?Sized>(
        &mut self,
        left: Cursor,
        cx: &Cx,
        change: impl FnOnce(&mut E, &E),
    ) -> Option<E>
    where
        E::Summary: Combine<Cx>,
    {
        match &mut self.0 {
            Form::Small(entries) => small::merge(entries, left, change),
            Form::Grown(tree) => tree.merge(left, cx, change),
        }
    }

    /// Removes an entry. Cursors before it stay true, and those into other leaves.
    pub(crate) fn remove<Cx: ?Sized>(&mut self, at: Cursor, cx: &Cx) -> E
    where
        E::Summary: Combine<Cx>,
    {
        match &mut self.0 {
            Form::Small(entries) => entries.remove(at.slot),
            Form::Grown(tree) => tree.remove(at, cx),
        }
    }
}
