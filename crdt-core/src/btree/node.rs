//! Nodes and the arenas they live in.

use core::ops::{Index, IndexMut};

use super::{Combine, Entry, Summary};

/// Names no node.
pub(super) const NIL: u32 = u32::MAX;

/// Where a node hangs.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Up {
    /// The parent, an inner node; `NIL` for the root.
    pub(super) parent: u32,
    /// The place among the parent's children.
    pub(super) slot: usize,
}

impl Up {
    /// Of the root, and of nodes that are not part of the tree yet.
    pub(super) const NONE: Self = Self { parent: NIL, slot: 0 };
}

/// A leaf: some consecutive entries, at least one.
#[derive(Clone, Debug)]
pub(super) struct Leaf<E> {
    pub(super) entries: Vec<E>,
    pub(super) up: Up,
    pub(super) prev: u32,
    pub(super) next: u32,
}

impl<E: Entry> Leaf<E> {
    /// A leaf that nothing refers to yet.
    pub(super) fn new(entries: Vec<E>) -> Self {
        Self { entries, up: Up::NONE, prev: NIL, next: NIL }
    }

    pub(super) fn summary<Cx: ?Sized>(&self, cx: &Cx) -> E::Summary
    where
        E::Summary: Combine<Cx>,
    {
        fold(self.entries.iter().map(E::summary), cx)
    }
}

/// An inner node: at least one child, and the summary of each.
#[derive(Clone, Debug)]
pub(super) struct Inner<S> {
    pub(super) children: Vec<u32>,
    pub(super) summaries: Vec<S>,
    pub(super) up: Up,
}

impl<S: Summary> Inner<S> {
    /// An inner node that nothing refers to yet.
    pub(super) fn new(children: Vec<u32>, summaries: Vec<S>) -> Self {
        Self { children, summaries, up: Up::NONE }
    }

    pub(super) fn summary<Cx: ?Sized>(&self, cx: &Cx) -> S
    where
        S: Combine<Cx>,
    {
        fold(self.summaries.iter().copied(), cx)
    }
}

/// The sum of some summaries.
pub(super) fn fold<S: Combine<Cx>, Cx: ?Sized>(summaries: impl Iterator<Item = S>, cx: &Cx) -> S {
    summaries.reduce(|left, right| left.combine(right, cx)).unwrap_or_default()
}

/// Nodes of one kind, named by their index. Freed places are used again.
#[derive(Clone, Debug)]
pub(super) struct Arena<N> {
    nodes: Vec<N>,
    free: Vec<u32>,
}

impl<N> Default for Arena<N> {
    fn default() -> Self {
        Self { nodes: Vec::new(), free: Vec::new() }
    }
}

impl<N> Arena<N> {
    pub(super) fn get(&self, index: u32) -> Option<&N> {
        self.nodes.get(index as usize)
    }

    pub(super) fn add(&mut self, node: N) -> u32 {
        if let Some(index) = self.free.pop() {
            self[index] = node;
            return index;
        }
        let index = u32::try_from(self.nodes.len()).expect("memory ends before the indices do");
        self.nodes.push(node);
        index
    }

    /// Gives a place back. The node stays behind, empty, until the place is used again.
    pub(super) fn release(&mut self, index: u32) {
        self.free.push(index);
    }

    #[cfg(test)]
    pub(super) fn in_use(&self) -> usize {
        self.nodes.len() - self.free.len()
    }
}

impl<N> Index<u32> for Arena<N> {
    type Output = N;

    fn index(&self, index: u32) -> &N {
        &self.nodes[index as usize]
    }
}

impl<N> IndexMut<u32> for Arena<N> {
    fn index_mut(&mut self, index: u32) -> &mut N {
        &mut self.nodes[index as usize]
    }
}
