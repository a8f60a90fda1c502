//! Inserting entries and splitting what grows too large.

use super::node::{Inner, Leaf, NIL, Up, fold};
use super::small::{self, STEP};
use super::{Combine, Cursor, Entry, Grown, LeafId};

impl<E: Entry> Grown<E> {
    /// See [`Tree::insert`](super::Tree::insert).
    pub(super) fn insert<const N: usize, Cx: ?Sized>(
        &mut self,
        gap: Cursor,
        new: [E; N],
        cx: &Cx,
        mut placed: impl FnMut(&E, LeafId),
    ) -> Cursor
    where
        E::Summary: Combine<Cx>,
    {
        if self.is_empty() {
            return self.plant(new, cx, placed);
        }
        for entry in &new {
            placed(entry, gap.leaf);
        }
        let summary = fold(new.iter().map(E::summary), cx);
        if !self.defer_new(gap.leaf, summary, cx) {
            self.settle();
            self.raise(gap.leaf, |sum| *sum = sum.combine(summary, cx));
        }
        let entries = &mut self.leaves[gap.leaf].entries;
        small::insert(entries, gap, new, E::LEAF);
        let overfull = entries.len() > E::LEAF;
        if overfull { self.split_leaf(gap, N, cx, placed) } else { gap }
    }

    /// Makes the first entries the whole tree.
    fn plant<const N: usize, Cx: ?Sized>(
        &mut self,
        new: [E; N],
        cx: &Cx,
        mut placed: impl FnMut(&E, LeafId),
    ) -> Cursor
    where
        E::Summary: Combine<Cx>,
    {
        let leaf = Leaf::new(Vec::from(new));
        self.total = leaf.summary(cx);
        self.root = self.leaves.add(leaf);
        (self.first, self.last, self.height) = (self.root, self.root, 0);
        for entry in &self.leaves[self.root].entries {
            placed(entry, self.root);
        }
        Cursor { leaf: self.root, slot: 0 }
    }

    /// Moves the upper part of a leaf into a new one. `new` is the first of the entries that made
    /// it too large; the result is where that one is now.
    fn split_leaf<Cx: ?Sized>(
        &mut self,
        new: Cursor,
        count: usize,
        cx: &Cx,
        mut placed: impl FnMut(&E, LeafId),
    ) -> Cursor
    where
        E::Summary: Combine<Cx>,
    {
        self.settle();
        let left = new.leaf;
        let len = self.leaves[left].entries.len();
        // Whoever appends goes on appending: then the left leaf stays full.
        let appending = new.slot + count == len && self.leaves[left].next == NIL;
        let at = if appending { new.slot } else { len / 2 };
        let mut moved = Vec::with_capacity(len - at + STEP);
        moved.extend(self.leaves[left].entries.drain(at..));
        self.leaves[left].entries.shrink_to(at + STEP);
        let right = self.leaves.add(Leaf::new(moved));
        self.link_after(left, right);
        for entry in &self.leaves[right].entries {
            placed(entry, right);
        }
        self.adopt(left, right, cx);
        if new.slot < at { new } else { Cursor { leaf: right, slot: new.slot - at } }
    }

    fn link_after(&mut self, left: LeafId, right: LeafId) {
        let next = core::mem::replace(&mut self.leaves[left].next, right);
        self.leaves[right].prev = left;
        self.leaves[right].next = next;
        if next == NIL {
            self.last = right;
        } else {
            self.leaves[next].prev = right;
        }
    }

    /// Hangs a new leaf into the tree, right after the one it was split from.
    fn adopt<Cx: ?Sized>(&mut self, mut left: u32, mut right: u32, cx: &Cx)
    where
        E::Summary: Combine<Cx>,
    {
        let mut sums = (self.leaves[left].summary(cx), self.leaves[right].summary(cx));
        for level in 0.. {
            let Up { parent, slot } = *self.up(level, left);
            if parent == NIL {
                return self.grow(left, right, sums);
            }
            let inner = &mut self.inners[parent];
            inner.summaries[slot] = sums.0;
            inner.children.insert(slot + 1, right);
            inner.summaries.insert(slot + 1, sums.1);
            let overfull = inner.children.len() > E::INNER;
            self.hang(level, parent, slot + 1);
            if !overfull {
                return;
            }
            (left, right) = (parent, self.split_inner(level, parent));
            sums = (self.inners[left].summary(cx), self.inners[right].summary(cx));
        }
    }

    /// Puts a new root above the two halves of the old one.
    fn grow(&mut self, left: u32, right: u32, sums: (E::Summary, E::Summary)) {
        self.root = self.inners.add(Inner::new(vec![left, right], vec![sums.0, sums.1]));
        self.hang(self.height, self.root, 0);
        self.height += 1;
    }

    /// Moves the upper half of an inner node into a new one. The children lie at `level`.
    fn split_inner(&mut self, level: u32, left: u32) -> u32 {
        let inner = &mut self.inners[left];
        let half = inner.children.len() / 2;
        let children = inner.children.split_off(half);
        let summaries = inner.summaries.split_off(half);
        let right = self.inners.add(Inner::new(children, summaries));
        self.hang(level, right, 0);
        right
    }
}
