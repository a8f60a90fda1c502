//! Finding entries, going from one to the next, and adding up what lies before one.

use super::node::NIL;
use super::{Cursor, Entry, Form, Grown, LeafId, ONLY, Tree};

impl<E: Entry> Grown<E> {
    /// The first entry.
    pub(super) fn first(&self) -> Option<Cursor> {
        (self.first != NIL).then_some(Cursor { leaf: self.first, slot: 0 })
    }

    /// The gap behind the last entry.
    pub(super) fn end(&self) -> Cursor {
        let slot = self.leaves.get(self.last).map_or(0, |leaf| leaf.entries.len());
        Cursor { leaf: self.last, slot }
    }

    /// The last entry before a leaf.
    pub(super) fn last_before(&self, leaf: LeafId) -> Option<Cursor> {
        let leaf = self.leaves.get(leaf)?.prev;
        (leaf != NIL).then(|| Cursor { leaf, slot: self.leaves[leaf].entries.len() - 1 })
    }

    /// The entry behind a gap.
    #[inline]
    pub(super) fn entry_at(&self, gap: Cursor) -> Option<Cursor> {
        let leaf = self.leaves.get(gap.leaf)?;
        if gap.slot < leaf.entries.len() {
            return Some(gap);
        }
        (leaf.next != NIL).then_some(Cursor { leaf: leaf.next, slot: 0 })
    }

    /// Descends to the first entry that `passes` does not let pass. It is asked for whole subtrees
    /// first: where it says true, everything below is passed over at once.
    pub(super) fn find(&self, mut passes: impl FnMut(&E::Summary) -> bool) -> Option<Cursor> {
        if self.is_empty() { None } else { self.descend(self.height, self.root, &mut passes) }
    }

    /// Like [`Grown::find`], from a gap onwards; the gap at the end if everything passes.
    pub(super) fn skip(&self, gap: Cursor, mut passes: impl FnMut(&E::Summary) -> bool) -> Cursor {
        let Some(leaf) = self.leaves.get(gap.leaf) else {
            return gap;
        };
        if let Some(at) = stop_in(gap.leaf, &leaf.entries, gap.slot, &mut passes) {
            return at;
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
        stop_in(node, &self.leaves[node].entries, 0, passes)
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
    pub(super) fn before(&self, at: Cursor, mut add: impl FnMut(&E::Summary)) {
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
}

impl<E: Entry> Tree<E> {
    /// The first entry.
    pub(crate) fn first(&self) -> Option<Cursor> {
        match &self.0 {
            Form::Small(entries) => (!entries.is_empty()).then_some(Cursor { leaf: ONLY, slot: 0 }),
            Form::Grown(tree) => tree.first(),
        }
    }

    /// The gap behind the last entry.
    pub(crate) fn end(&self) -> Cursor {
        match &self.0 {
            Form::Small(entries) => Cursor { leaf: ONLY, slot: entries.len() },
            Form::Grown(tree) => tree.end(),
        }
    }

    /// The entry behind the one at `at`.
    #[inline]
    pub(crate) fn next(&self, at: Cursor) -> Option<Cursor> {
        self.entry_at(at.gap_after())
    }

    /// The entry before the one, or the gap, at `at`.
    #[inline]
    pub(crate) fn prev(&self, at: Cursor) -> Option<Cursor> {
        at.before().or_else(|| match &self.0 {
            Form::Small(_) => None,
            Form::Grown(tree) => tree.last_before(at.leaf),
        })
    }

    /// The entry behind a gap.
    #[inline]
    pub(crate) fn entry_at(&self, gap: Cursor) -> Option<Cursor> {
        match &self.0 {
            Form::Small(entries) => (gap.slot < entries.len()).then_some(gap),
            Form::Grown(tree) => tree.entry_at(gap),
        }
    }

    /// The entry at a cursor and those behind it in the same leaf.
    pub(crate) fn ahead(&self, at: Cursor) -> impl Iterator<Item = (Cursor, &E)> {
        let entries = self.leaf(at.leaf).unwrap_or_default();
        let slots = at.slot..entries.len();
        slots.zip(&entries[at.slot..]).map(move |(slot, entry)| (Cursor { slot, ..at }, entry))
    }

    /// The entries before a cursor in the same leaf, the last one first.
    pub(crate) fn back(&self, at: Cursor) -> impl Iterator<Item = (Cursor, &E)> {
        let entries = self.leaf(at.leaf).unwrap_or_default();
        let before = (0..at.slot).zip(&entries[..at.slot]).rev();
        before.map(move |(slot, entry)| (Cursor { slot, ..at }, entry))
    }

    /// Finds an entry of one leaf.
    pub(crate) fn find_in_leaf(&self, leaf: LeafId, found: impl Fn(&E) -> bool) -> Option<Cursor> {
        let slot = self.leaf(leaf)?.iter().position(found)?;
        Some(Cursor { leaf, slot })
    }

    /// The entries of a leaf.
    fn leaf(&self, leaf: LeafId) -> Option<&[E]> {
        match &self.0 {
            Form::Small(entries) => (leaf == ONLY).then_some(entries),
            Form::Grown(tree) => Some(&tree.leaves.get(leaf)?.entries),
        }
    }

    /// Descends to the first entry that `passes` does not let pass. It is asked for whole subtrees
    /// first: where it says true, everything below is passed over at once.
    pub(crate) fn find(&self, passes: impl FnMut(&E::Summary) -> bool) -> Option<Cursor> {
        match &self.0 {
            Form::Small(entries) => stop_in(ONLY, entries, 0, passes),
            Form::Grown(tree) => tree.find(passes),
        }
    }

    /// Like [`Tree::find`], from a gap onwards; the gap at the end if everything passes.
    pub(crate) fn skip(&self, gap: Cursor, passes: impl FnMut(&E::Summary) -> bool) -> Cursor {
        match &self.0 {
            Form::Small(entries) => {
                stop_in(ONLY, entries, gap.slot, passes).unwrap_or_else(|| self.end())
            }
            Form::Grown(tree) => tree.skip(gap, passes),
        }
    }

    /// Hands out summaries that together cover exactly the entries before `at`, in no order.
    pub(crate) fn before(&self, at: Cursor, mut add: impl FnMut(&E::Summary)) {
        match &self.0 {
            Form::Small(entries) => {
                entries[..at.slot].iter().for_each(|entry| add(&entry.summary()));
            }
            // Nothing is before the end of what has run empty.
            Form::Grown(tree) if tree.is_empty() => {}
            Form::Grown(tree) => tree.before(at, add),
        }
    }

    /// All entries in order.
    pub(crate) fn iter(&self) -> Iter<'_, E> {
        match &self.0 {
            Form::Small(entries) => Iter { tree: None, leaf: NIL, entries: entries.iter() },
            Form::Grown(tree) => Iter { tree: Some(tree), leaf: tree.first, entries: [].iter() },
        }
    }

    /// The entries behind a gap in order.
    pub(crate) fn iter_from(&self, gap: Cursor) -> Iter<'_, E> {
        let entries = self.leaf(gap.leaf).unwrap_or_default()[gap.slot..].iter();
        match &self.0 {
            Form::Small(_) => Iter { tree: None, leaf: NIL, entries },
            Form::Grown(tree) => {
                let leaf = tree.leaves.get(gap.leaf).map_or(NIL, |leaf| leaf.next);
                Iter { tree: Some(tree), leaf, entries }
            }
        }
    }

    /// All entries, the last one first.
    pub(crate) fn iter_back(&self) -> IterBack<'_, E> {
        match &self.0 {
            Form::Small(entries) => IterBack { tree: None, leaf: NIL, entries: entries.iter() },
            Form::Grown(tree) => IterBack { tree: Some(tree), leaf: tree.last, entries: [].iter() },
        }
    }

    /// All entries in order, each with its leaf.
    pub(crate) fn placed(&self) -> impl Iterator<Item = (LeafId, &E)> {
        let mut leaf = match &self.0 {
            Form::Small(_) => ONLY,
            Form::Grown(tree) => tree.first,
        };
        let leaves = core::iter::from_fn(move || {
            let (here, entries) = (leaf, self.leaf(leaf)?);
            leaf = match &self.0 {
                Form::Small(_) => NIL,
                Form::Grown(tree) => tree.leaves[leaf].next,
            };
            Some((here, entries))
        });
        leaves.flat_map(|(leaf, entries)| entries.iter().map(move |entry| (leaf, entry)))
    }
}

/// The first of a leaf's entries from a slot on that is not let pass.
fn stop_in<E: Entry>(
    leaf: LeafId,
    entries: &[E],
    from: usize,
    mut passes: impl FnMut(&E::Summary) -> bool,
) -> Option<Cursor> {
    let slot = entries.iter().skip(from).position(|entry| !passes(&entry.summary()))?;
    Some(Cursor { leaf, slot: from + slot })
}

/// Walks over the entries in order; made by [`Tree::iter`].
pub(crate) struct Iter<'a, E: Entry> {
    tree: Option<&'a Grown<E>>,
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
            let leaf = self.tree?.leaves.get(self.leaf)?;
            self.entries = leaf.entries.iter();
            self.leaf = leaf.next;
        }
    }
}

/// Walks over the entries from the last to the first; made by [`Tree::iter_back`].
pub(crate) struct IterBack<'a, E: Entry> {
    tree: Option<&'a Grown<E>>,
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
            let leaf = self.tree?.leaves.get(self.leaf)?;
            self.entries = leaf.entries.iter();
            self.leaf = leaf.prev;
        }
    }
}
