//! Finding entries, going from one to the next, and adding up what lies before one.

use super::node::NIL;
use super::{Cursor, Entry, Tree};

impl<E: Entry> Tree<E> {
    /// The first entry.
    pub(crate) fn first(&self) -> Option<Cursor> {
        (self.first != NIL).then_some(Cursor { leaf: self.first, slot: 0 })
    }

    /// The gap behind the last entry.
    pub(crate) fn end(&self) -> Cursor {
        let slot = self.leaves.get(self.last).map_or(0, |leaf| leaf.entries.len());
        Cursor { leaf: self.last, slot }
    }

    /// The entry behind the one at `at`.
    #[inline]
    pub(crate) fn next(&self, at: Cursor) -> Option<Cursor> {
        self.entry_at(at.gap_after())
    }

    /// The entry before the one, or the gap, at `at`.
    #[inline]
    pub(crate) fn prev(&self, at: Cursor) -> Option<Cursor> {
        if at.slot > 0 {
            return Some(Cursor { leaf: at.leaf, slot: at.slot - 1 });
        }
        let leaf = self.leaves.get(at.leaf)?.prev;
        (leaf != NIL).then(|| Cursor { leaf, slot: self.leaves[leaf].entries.len() - 1 })
    }

    /// The entry behind a gap.
    #[inline]
    pub(crate) fn entry_at(&self, gap: Cursor) -> Option<Cursor> {
        let leaf = self.leaves.get(gap.leaf)?;
        if gap.slot < leaf.entries.len() {
            return Some(gap);
        }
        (leaf.next != NIL).then_some(Cursor { leaf: leaf.next, slot: 0 })
    }

    /// Descends to the first entry that `passes` does not let pass. It is asked for whole subtrees
    /// first: where it says true, everything below is passed over at once.
    pub(crate) fn find(&self, mut passes: impl FnMut(&E::Summary) -> bool) -> Option<Cursor> {
        if self.is_empty() { None } else { self.descend(self.height, self.root, &mut passes) }
    }

    /// Like [`Tree::find`], from a gap onwards; the gap at the end if everything passes.
    pub(crate) fn skip(&self, gap: Cursor, mut passes: impl FnMut(&E::Summary) -> bool) -> Cursor {
        let Some(leaf) = self.leaves.get(gap.leaf) else {
            return gap;
        };
        for (slot, entry) in leaf.entries.iter().enumerate().skip(gap.slot) {
            if !passes(&entry.summary()) {
                return Cursor { leaf: gap.leaf, slot };
            }
        }
        let mut up = leaf.up;
        for level in 0..self.height {
            let from = up.slot + 1;
            if let Some(child) = self.stop_below(level, up.parent, from, &mut passes) {
                return self.descend(level, child, &mut passes).unwrap_or(self.end());
            }
            up = self.inners[up.parent].up;
        }
        self.end()
    }

    fn descend(
        &self,
        level: u32,
        mut node: u32,
        passes: &mut impl FnMut(&E::Summary) -> bool,
    ) -> Option<Cursor> {
        for level in (0..level).rev() {
            node = self.stop_below(level, node, 0, passes)?;
        }
        let slot = self.leaves[node].entries.iter().position(|entry| !passes(&entry.summary()))?;
        Some(Cursor { leaf: node, slot })
    }

    /// The first child of an inner node, from a slot on, that is not passed over. The children lie
    /// at `level`.
    fn stop_below(
        &self,
        level: u32,
        inner: u32,
        from: usize,
        passes: &mut impl FnMut(&E::Summary) -> bool,
    ) -> Option<u32> {
        let untold = self.untold_child(level, inner);
        let inner = &self.inners[inner];
        let mut slots = from..inner.children.len();
        let slot = slots.find(|&slot| {
            let summary = &inner.summaries[slot];
            if untold == Some(slot) {
                !passes(&self.deferred.correct(*summary))
            } else {
                !passes(summary)
            }
        })?;
        Some(inner.children[slot])
    }

    /// Hands out summaries that together cover exactly the entries before `at`, in no order.
    pub(crate) fn before(&self, at: Cursor, mut add: impl FnMut(&E::Summary)) {
        let leaf = &self.leaves[at.leaf];
        for entry in &leaf.entries[..at.slot] {
            add(&entry.summary());
        }
        let mut up = leaf.up;
        for level in 0..self.height {
            let inner = &self.inners[up.parent];
            let untold = self.untold_child(level, up.parent);
            for (slot, summary) in inner.summaries[..up.slot].iter().enumerate() {
                if untold == Some(slot) {
                    add(&self.deferred.correct(*summary));
                } else {
                    add(summary);
                }
            }
            up = inner.up;
        }
    }

    /// All entries in order.
    pub(crate) fn iter(&self) -> Iter<'_, E> {
        Iter { tree: self, leaf: self.first, entries: [].iter() }
    }

    /// The entries behind a gap in order.
    pub(crate) fn iter_from(&self, gap: Cursor) -> Iter<'_, E> {
        let Some(leaf) = self.leaves.get(gap.leaf) else {
            // The tree is empty.
            return self.iter();
        };
        Iter { tree: self, leaf: leaf.next, entries: leaf.entries[gap.slot..].iter() }
    }

    /// All entries, the last one first.
    pub(crate) fn iter_back(&self) -> IterBack<'_, E> {
        IterBack { tree: self, leaf: self.last, entries: [].iter() }
    }
}

/// Walks over the entries in order; made by [`Tree::iter`].
pub(crate) struct Iter<'a, E: Entry> {
    tree: &'a Tree<E>,
    /// The leaf that follows on `entries`.
    leaf: u32,
    entries: core::slice::Iter<'a, E>,
}

impl<'a, E: Entry> Iterator for Iter<'a, E> {
    type Item = &'a E;

    fn next(&mut self) -> Option<&'a E> {
        loop {
            if let Some(entry) = self.entries.next() {
                return Some(entry);
            }
            let leaf = self.tree.leaves.get(self.leaf)?;
            self.entries = leaf.entries.iter();
            self.leaf = leaf.next;
        }
    }
}

/// Walks over the entries from the last to the first; made by [`Tree::iter_back`].
pub(crate) struct IterBack<'a, E: Entry> {
    tree: &'a Tree<E>,
    /// The leaf before `entries`.
    leaf: u32,
    /// What is left of a leaf, to be taken from its end.
    entries: core::slice::Iter<'a, E>,
}

impl<'a, E: Entry> Iterator for IterBack<'a, E> {
    type Item = &'a E;

    fn next(&mut self) -> Option<&'a E> {
        loop {
            if let Some(entry) = self.entries.next_back() {
                return Some(entry);
            }
            let leaf = self.tree.leaves.get(self.leaf)?;
            self.entries = leaf.entries.iter();
            self.leaf = leaf.prev;
        }
    }
}
