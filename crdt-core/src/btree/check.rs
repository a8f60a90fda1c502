//! What must always hold of a tree.

use core::fmt::Debug;

use super::node::{NIL, Up, fold};
use super::{Combine, Entry, Form, Grown, LeafId, Tree};

/// The nodes met on a walk through a tree.
#[derive(Default)]
struct Met {
    leaves: Vec<LeafId>,
    inners: usize,
}

impl<E: Entry> Tree<E> {
    /// Panics unless every link, bound and summary is as it should be.
    pub(crate) fn assert_invariants<Cx: ?Sized>(&self, cx: &Cx)
    where
        E::Summary: Combine<Cx> + PartialEq + Debug,
    {
        match &self.0 {
            Form::Small(entries) => assert!(entries.len() <= E::LEAF),
            Form::Grown(tree) => tree.assert_invariants(cx),
        }
    }

    /// How many leaves there are.
    pub(crate) fn leaves(&self) -> usize {
        match &self.0 {
            Form::Small(_) => 1,
            Form::Grown(tree) => tree.leaves.in_use(),
        }
    }
}

impl<E: Entry> Grown<E> {
    fn assert_invariants<Cx: ?Sized>(&self, cx: &Cx)
    where
        E::Summary: Combine<Cx> + PartialEq + Debug,
    {
        let mut met = Met::default();
        if self.root == NIL {
            assert_eq!((self.height, self.first, self.last), (0, NIL, NIL));
            assert_eq!(self.deferred.leaf(), None);
        } else {
            let total = self.check_node(self.height, self.root, Up::NONE, cx, &mut met);
            assert_eq!(self.total(), total);
        }
        self.check_links(&met.leaves);
        assert_eq!(self.leaves.in_use(), met.leaves.len(), "a leaf was lost");
        assert_eq!(self.inners.in_use(), met.inners, "an inner node was lost");
    }

    fn check_node<Cx: ?Sized>(
        &self,
        level: u32,
        node: u32,
        up: Up,
        cx: &Cx,
        met: &mut Met,
    ) -> E::Summary
    where
        E::Summary: Combine<Cx> + PartialEq + Debug,
    {
        if level == 0 {
            let leaf = &self.leaves[node];
            assert_eq!(leaf.up, up);
            assert!((1..=E::LEAF).contains(&leaf.entries.len()));
            met.leaves.push(node);
            return leaf.summary(cx);
        }
        let inner = &self.inners[node];
        met.inners += 1;
        assert_eq!(inner.up, up);
        let fewest = if up == Up::NONE { 2 } else { 1 };
        assert!((fewest..=E::INNER).contains(&inner.children.len()));
        assert_eq!(inner.children.len(), inner.summaries.len());
        let untold = self.untold_child(level - 1, node);
        let mut summaries = inner.summaries.clone();
        if let Some(slot) = untold {
            summaries[slot] = self.deferred.correct(summaries[slot]);
        }
        for (slot, (&child, &summary)) in inner.children.iter().zip(&summaries).enumerate() {
            let up = Up { parent: node, slot };
            assert_eq!(summary, self.check_node(level - 1, child, up, cx, met));
        }
        fold(summaries.into_iter(), cx)
    }

    fn check_links(&self, leaves: &[LeafId]) {
        assert_eq!(self.first, leaves.first().copied().unwrap_or(NIL));
        assert_eq!(self.last, leaves.last().copied().unwrap_or(NIL));
        for (at, &leaf) in leaves.iter().enumerate() {
            let prev = if at == 0 { NIL } else { leaves[at - 1] };
            assert_eq!(self.leaves[leaf].prev, prev);
            assert_eq!(self.leaves[leaf].next, leaves.get(at + 1).copied().unwrap_or(NIL));
        }
    }
}
