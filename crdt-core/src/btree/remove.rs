//! Removing entries and the nodes that run empty by it.

use super::node::{NIL, Up};
use super::{Combine, Cursor, Entry, Grown, LeafId};

impl<E: Entry> Grown<E> {
    /// Removes an entry. Cursors before it stay true.
    pub(super) fn remove<Cx: ?Sized>(&mut self, at: Cursor, cx: &Cx) -> E
    where
        E::Summary: Combine<Cx>,
    {
        self.settle();
        let entries = &mut self.leaves[at.leaf].entries;
        let entry = entries.remove(at.slot);
        if entries.is_empty() {
            self.unlink(at.leaf);
            self.drop_child(at.leaf, cx);
            self.shrink();
        } else {
            self.refresh(at.leaf, cx);
        }
        entry
    }

    /// Removes the entry behind another one, which takes its place in all summaries: it changes so
    /// that it adds to them what both did.
    pub(super) fn merge<Cx: ?Sized>(
        &mut self,
        left: Cursor,
        cx: &Cx,
        change: impl FnOnce(&mut E, &E),
    ) -> Option<E>
    where
        E::Summary: Combine<Cx>,
    {
        let right = self.entry_at(left.gap_after())?;
        if right.leaf != left.leaf {
            let gone = self.remove(right, cx);
            self.update(left, cx, |entry| change(entry, &gone));
            return Some(gone);
        }
        let entries = &mut self.leaves[left.leaf].entries;
        let gone = entries.remove(right.slot);
        change(&mut entries[left.slot], &gone);
        Some(gone)
    }

    fn unlink(&mut self, leaf: LeafId) {
        let (prev, next) = (self.leaves[leaf].prev, self.leaves[leaf].next);
        if prev == NIL {
            self.first = next;
        } else {
            self.leaves[prev].next = next;
        }
        if next == NIL {
            self.last = prev;
        } else {
            self.leaves[next].prev = prev;
        }
    }

    /// Frees an empty leaf and every node above it that has no other child.
    fn drop_child<Cx: ?Sized>(&mut self, leaf: LeafId, cx: &Cx)
    where
        E::Summary: Combine<Cx>,
    {
        let mut up = self.leaves[leaf].up;
        self.leaves.release(leaf);
        for level in 0..self.height {
            let Up { parent, slot } = up;
            let inner = &mut self.inners[parent];
            inner.children.remove(slot);
            inner.summaries.remove(slot);
            up = inner.up;
            if !inner.children.is_empty() {
                let summary = inner.summary(cx);
                self.hang(level, parent, slot);
                return self.refresh_above(up, summary, cx);
            }
            self.inners.release(parent);
        }
        (self.root, self.height, self.total) = (NIL, 0, E::Summary::default());
    }

    /// Takes away roots that have a single child.
    fn shrink(&mut self) {
        while self.height > 0 && self.inners[self.root].children.len() == 1 {
            let child = self.inners[self.root].children[0];
            self.inners[self.root].children.clear();
            self.inners.release(self.root);
            self.height -= 1;
            self.root = child;
            *self.up(self.height, child) = Up::NONE;
        }
    }
}
