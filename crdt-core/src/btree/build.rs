//! Building a tree of entries that are all there already.

use super::node::{Inner, Leaf, NIL};
use super::{Combine, Entry, Form, Grown, Tree};

/// Of so many quarters a node is filled, so that it can take some more before it is split.
const QUARTERS: usize = 3;

impl<E: Entry> Tree<E> {
    /// A tree of some entries. O(n).
    pub(crate) fn of<Cx: ?Sized>(entries: Vec<E>, cx: &Cx) -> Self
    where
        E::Summary: Combine<Cx>,
    {
        if entries.len() <= E::LEAF {
            return Self(Form::Small(entries));
        }
        Self(Form::Grown(Box::new(Grown::built(entries, cx))))
    }
}

impl<E: Entry> Grown<E> {
    /// A tree of some entries, at least one.
    fn built<Cx: ?Sized>(entries: Vec<E>, cx: &Cx) -> Self
    where
        E::Summary: Combine<Cx>,
    {
        let mut tree = Self::blank();
        let mut level = tree.build_leaves(entries, cx);
        while level.len() > 1 {
            let filled = (E::INNER * QUARTERS / 4).max(2);
            level = level.chunks(filled).map(|part| tree.build_inner(part, cx)).collect();
            tree.height += 1;
        }
        for (root, total) in level {
            (tree.root, tree.total) = (root, total);
        }
        tree
    }

    /// Makes the leaves, and gives their names and summaries.
    fn build_leaves<Cx: ?Sized>(&mut self, entries: Vec<E>, cx: &Cx) -> Vec<(u32, E::Summary)>
    where
        E::Summary: Combine<Cx>,
    {
        let filled = (E::LEAF * QUARTERS / 4).max(1);
        let mut level = Vec::with_capacity(entries.len().div_ceil(filled));
        let mut entries = entries.into_iter();
        while entries.len() > 0 {
            let mut leaf = Leaf::new(entries.by_ref().take(filled).collect());
            leaf.prev = self.last;
            let summary = leaf.summary(cx);
            let name = self.leaves.add(leaf);
            if self.last == NIL {
                self.first = name;
            } else {
                self.leaves[self.last].next = name;
            }
            self.last = name;
            level.push((name, summary));
        }
        level
    }

    /// Makes an inner node of some children, which lie at the height of the tree.
    fn build_inner<Cx: ?Sized>(
        &mut self,
        children: &[(u32, E::Summary)],
        cx: &Cx,
    ) -> (u32, E::Summary)
    where
        E::Summary: Combine<Cx>,
    {
        let (names, summaries) = children.iter().copied().unzip();
        let inner = Inner::new(names, summaries);
        let summary = inner.summary(cx);
        let name = self.inners.add(inner);
        self.hang(self.height, name, 0);
        (name, summary)
    }
}
