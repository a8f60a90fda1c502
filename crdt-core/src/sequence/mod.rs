//! List order: where an element stands among others that were inserted concurrently.
//!
//! # The definition
//!
//! Every element hangs on the left or the right side of another element, or on the right of the
//! root. Siblings on one side are sorted by op, the greatest first. The list is the traversal: left
//! subtrees, element, right subtrees. Whatever parent and side an author makes up, the result is a
//! tree, so all replicas see one order. (Fugue, by Weidner and Kleppmann.)
//!
//! # How it is kept
//!
//! No tree of elements is kept. The elements, deleted ones included, lie in list order in a
//! [B-tree](crate::btree) of *pieces*. A piece is either a *run*, consecutive elements of one chain
//! each of which is the right child of the one before, visible or deleted as a whole; or an
//! *anchor*, which is no element but marks the beginning of what hangs on the left of one, and
//! counts as that element's op. The anchor is put right before its element when the first left
//! child arrives, and everything left of the element goes between the two.
//!
//! To place an element, start right behind its parent (or the parent's anchor) and skip all pieces
//! whose op is greater. An element's op is above its parent's, so all of a greater sibling's
//! subtree is skipped; the first piece that is not greater belongs to a lower sibling, to the
//! parent itself or to one of its ancestors' parts, and in each case the new element goes before
//! it. Each node of the B-tree knows the lowest op below it, so skipping is a descent.
//!
//! An element that was moved stands at a place apart from where it was inserted, which stays in the
//! tree for its neighbours' sake: [`moves`]. In a document that keeps all a deleted run keeps its
//! content and is *covered* by the deletes that stand: [`retain`], [`covers`].
//!
//! # Why neighbours join
//!
//! Let `f` directly follow `e`, without an anchor between, and `f` be the greater op. Then `f` is
//! the right child of `e`: if `e` has right children, the next piece is its greatest right child or
//! that child's anchor; if it has none, the next piece belongs to a lower sibling of `e` or of one
//! of its ancestors, or is one of its ancestors, or an anchor of such, and all of these are lower
//! than `e`. So two neighbouring runs are one as soon as their counters follow on each other.

mod chunk;
mod content;
mod covers;
mod cut;
mod delete;
mod directory;
mod gathered;
mod index;
mod insert;
mod integrate;
mod items;
mod layout;
mod locate;
mod lookup;
mod moves;
mod order;
mod piece;
mod read;
mod retain;
mod rollback;
mod ruled;
mod saved;
mod shift;
mod stands;
mod swept;
#[cfg(test)]
mod tests;
mod text;
mod trim;

use std::sync::OnceLock;

use covers::Covers;
use index::Index;
use order::Stamp;
use piece::Piece;
use stands::Stands;
use swept::Swept;
use thiserror::Error;

pub(crate) use chunk::TextChunk;
pub(crate) use content::{Content, Keep};

pub(crate) use covers::{Ruling, on_branches};
pub(crate) use gathered::Gathered;
pub(crate) use items::{Items, Iter as ItemsIter};
pub(crate) use order::OpOrder;
pub(crate) use ruled::Ruled;
pub(crate) use saved::{Restored, Span, SpanKind};
pub(crate) use shift::{Shift, Shifts};
pub(crate) use swept::SweptAlong;
#[cfg(test)]
pub(crate) use text::Excess;
pub(crate) use text::{OffsetError, TextMeasure, Unit};

use crate::btree::{Cursor, Tree};
use crate::op::Id;

/// A position or range that does not lie within the sequence.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("position {pos} is out of bounds, the length is {len}")]
pub(crate) struct OutOfBounds {
    /// The offending position.
    pub(crate) pos: usize,
    /// The number of visible elements.
    pub(crate) len: usize,
}

/// An element was inserted beside one that is not there, or to the left of the root.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Error)]
#[error("the parent is not an element of this sequence")]
pub(crate) struct UnknownParent;

/// Elements in list order. See the module.
#[derive(Clone, Debug)]
pub(crate) struct Sequence<C: Content> {
    tree: Tree<Piece<C>>,
    /// Made when it is first needed, since most sequences are short and many.
    aids: OnceLock<Box<Aids>>,
}

/// What makes a large sequence fast.
#[derive(Clone, Default, Debug)]
struct Aids {
    recent: Option<Recent>,
    index: OnceLock<Index>,
    swept: Swept,
    swept_along: SweptAlong,
    stands: Option<Box<Stands>>,
    covers: Option<Box<Covers>>,
}

/// Where an element is: a run, and how far into it.
#[derive(Clone, Copy, Debug)]
struct Spot {
    at: Cursor,
    offset: u32,
}

/// The run that was edited last, since the next edit is likely to be there. Every edit that might
/// make it untrue clears it.
#[derive(Clone, Copy, Debug)]
struct Recent {
    at: Cursor,
    /// The position of the run's first element, if known.
    start: Option<usize>,
    /// If the run's last element is known to have no right child: where typing goes on.
    open: Option<Open>,
}

/// Where an element would be the next of a run.
#[derive(Clone, Copy, Debug)]
struct Open {
    /// Its position.
    pos: usize,
    /// Its name.
    id: Id,
}

impl Recent {
    /// A run of which no more is known than where it is.
    fn at(at: Cursor) -> Self {
        Self { at, start: None, open: None }
    }
}

impl<C: Content> Default for Sequence<C> {
    fn default() -> Self {
        Self::new()
    }
}

impl<C: Content> Sequence<C> {
    /// Without an element.
    pub(crate) const fn new() -> Self {
        Self { tree: Tree::new(), aids: OnceLock::new() }
    }

    fn aids(&self) -> &Aids {
        self.aids.get_or_init(Box::default)
    }

    fn aids_mut(&mut self) -> &mut Aids {
        self.aids.get_or_init(Box::default);
        match self.aids.get_mut() {
            Some(aids) => aids,
            None => unreachable!("they were made in the line before"),
        }
    }

    #[inline]
    fn recent(&self) -> Option<&Recent> {
        self.aids.get()?.recent.as_ref()
    }

    /// Remembers the run that was edited last, where that saves looking for it.
    #[inline]
    fn set_recent(&mut self, recent: Option<Recent>) {
        if let Some(aids) = self.aids.get_mut() {
            aids.recent = recent;
        } else if self.tree.is_grown() {
            self.aids_mut().recent = recent;
        }
    }

    /// Puts pieces into a gap and returns where the first one is.
    fn put<const N: usize, O: OpOrder + ?Sized>(
        &mut self,
        gap: Cursor,
        pieces: [Piece<C>; N],
        order: &O,
    ) -> Cursor {
        let mut index = self.aids.get_mut().and_then(|aids| aids.index.get_mut());
        self.tree.insert(gap, pieces, order, |piece, leaf| {
            if let Some(index) = &mut index {
                index.list(piece, leaf);
            }
        })
    }

    /// Splits a run and returns where its second part is; the first part is right before.
    fn split<O: OpOrder + ?Sized>(&mut self, at: Cursor, offset: u32, order: &O) -> Cursor {
        let rest = self.split_off(at, offset, order);
        self.put(at.gap_after(), [rest], order)
    }

    /// Takes the second part of a run out, to be put back behind the first one.
    fn split_off<O: OpOrder + ?Sized>(&mut self, at: Cursor, offset: u32, order: &O) -> Piece<C> {
        self.list_before(at, offset);
        self.tree.amend(at, |run| run.split_off(offset, order))
    }

    /// Sees to it that a run is listed under an element before `offset`.
    #[inline]
    fn list_before(&mut self, at: Cursor, offset: u32) {
        let run = self.tree.get(at);
        if run.listed >= run.id.counter + offset {
            self.relist(at, run.id.counter);
        }
    }

    /// Lists a run under another of its elements.
    fn relist(&mut self, at: Cursor, under: u32) {
        let run = self.tree.get_mut(at);
        let index = self.aids.get_mut().and_then(|aids| aids.index.get_mut());
        if let Some(index) = index {
            index.unlist(run);
            run.listed = under;
            index.list(run, at.leaf);
        } else {
            run.listed = under;
        }
    }

    /// Puts new elements on the left of an element that has no left child, with its anchor before
    /// them, and returns the last run they came to lie in.
    fn lay_left<O: OpOrder + ?Sized>(
        &mut self,
        spot: Spot,
        new: Stamp,
        mut source: C::Source<'_>,
        order: &O,
    ) -> Cursor {
        let run = Piece::filled(new, &mut source);
        let next = new.id.plus(run.len());
        let first = if spot.offset > 0 {
            let rest = self.split_off(spot.at, spot.offset, order);
            let anchor = Piece::anchor(rest.stamp());
            self.put(spot.at.gap_after(), [anchor, run, rest], order)
        } else {
            let anchor = Piece::anchor(self.tree.get(spot.at).stamp());
            self.put(spot.at, [anchor, run], order)
        };
        let at = self.tree.next(first).unwrap_or(first);
        self.lay_rest(at, next, source, order)
    }

    /// Puts new elements into a run, behind an element that has no right child above them, and
    /// returns the last run they came to lie in.
    fn lay_inside<O: OpOrder + ?Sized>(
        &mut self,
        at: Cursor,
        offset: u32,
        new: Stamp,
        mut source: C::Source<'_>,
        order: &O,
    ) -> Cursor {
        let run = Piece::filled(new, &mut source);
        let next = new.id.plus(run.len());
        let rest = self.split_off(at, offset, order);
        let at = self.put(at.gap_after(), [run, rest], order);
        self.lay_rest(at, next, source, order)
    }

    /// Puts new elements into a gap, each the right child of the one before, and returns the last
    /// run they came to lie in.
    fn lay<O: OpOrder + ?Sized>(
        &mut self,
        gap: Cursor,
        first: Stamp,
        mut source: C::Source<'_>,
        order: &O,
    ) -> Cursor {
        if let Some(prev) = self.tree.prev(gap)
            && self.tree.get(prev).content().is_some()
            && self.tree.get(prev).ends_before(first.id)
        {
            let taken = self.tree.enlarge(prev, |run| run.fill(&mut source));
            if C::is_exhausted(&source) {
                return prev;
            }
            let next = first.id.plus(taken);
            return self.lay_rest(prev, next, source, order);
        }
        let run = Piece::filled(first, &mut source);
        let next = first.id.plus(run.len());
        let at = self.put(gap, [run], order);
        self.lay_rest(at, next, source, order)
    }

    /// Puts what is left of new elements, `next` and those after it, behind the run that the ones
    /// before came to lie in, in runs of their own, and returns the last one. They may come in
    /// later changes than the ones before.
    fn lay_rest<O: OpOrder + ?Sized>(
        &mut self,
        mut last: Cursor,
        mut next: Id,
        mut source: C::Source<'_>,
        order: &O,
    ) -> Cursor {
        while !C::is_exhausted(&source) {
            let run = Piece::filled(Stamp::of(next, order), &mut source);
            next = next.plus(run.len());
            last = self.put(last.gap_after(), [run], order);
        }
        last
    }
}

/// How far `pos` lies behind `start`, where that fits into a run.
fn distance(start: usize, pos: usize) -> Option<u32> {
    u32::try_from(pos.checked_sub(start)?).ok()
}
