//! The order of a sequence without what is in it, and a sequence made of both again.

use super::order::Stamp;
use super::piece::Piece;
use super::{Content, OpOrder, Sequence};
use crate::btree::Tree;
use crate::op::{Id, IdRange};

/// Some consecutive elements of one chain, each the right child of the one before, or an anchor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub(crate) first: Id,
    pub(super) kind: SpanKind,
}

/// What a [`Span`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum SpanKind {
    /// The place in front of an element and of its left children.
    Anchor,
    /// So many deleted elements.
    Deleted(u32),
    /// So many visible elements.
    Live(u32),
}

impl Span {
    /// A number for what it is, and its number of elements.
    pub(crate) fn parts(self) -> (usize, u32) {
        match self.kind {
            SpanKind::Anchor => (0, 0),
            SpanKind::Deleted(len) => (1, len),
            SpanKind::Live(len) => (2, len),
        }
    }

    /// A span of its [`parts`](Self::parts), if they are those of one.
    pub(crate) fn of(first: Id, kind: usize, len: u32) -> Option<Self> {
        let kind = match (kind, len) {
            (0, 0) => SpanKind::Anchor,
            (1, 1..) => SpanKind::Deleted(len),
            (2, 1..) => SpanKind::Live(len),
            _ => return None,
        };
        Some(Self { first, kind })
    }

    /// The number of elements.
    pub(crate) fn len(self) -> u32 {
        self.parts().1
    }

    /// The number of visible elements.
    pub(crate) fn visible(self) -> u32 {
        if let SpanKind::Live(len) = self.kind { len } else { 0 }
    }

    /// One span for this and the next, if there is one.
    pub(super) fn joined(self, next: Self) -> Option<Self> {
        let kind = match (self.kind, next.kind) {
            (SpanKind::Live(len), SpanKind::Live(more)) => SpanKind::Live(len + more),
            (SpanKind::Deleted(len), SpanKind::Deleted(more)) => SpanKind::Deleted(len + more),
            _ => return None,
        };
        let names = IdRange::new(self.first, self.len());
        (names.next() == next.first).then_some(Self { kind, ..self })
    }
}

impl<C: Content> Sequence<C> {
    /// Everything in list order, in spans as long as possible.
    pub(crate) fn spans(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = Vec::new();
        for piece in self.tree.iter() {
            let kind = match piece {
                anchor if anchor.is_anchor() => SpanKind::Anchor,
                deleted if deleted.is_deleted() => SpanKind::Deleted(deleted.len()),
                live => SpanKind::Live(live.len()),
            };
            let next = Span { first: piece.id, kind };
            match spans.last_mut().and_then(|last| Some((last.joined(next)?, last))) {
                Some((joined, last)) => *last = joined,
                None => spans.push(next),
            }
        }
        spans
    }
}

/// A sequence that is made of what was saved of it.
pub(crate) struct Restored<C> {
    pieces: Vec<Piece<C>>,
    /// Anchors whose elements have not come yet, the last one first to come.
    open: Vec<Id>,
}

impl<C: Content> Restored<C> {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { pieces: Vec::new(), open: Vec::new() }
    }

    /// Appends a span; `source` is what is visible of it.
    pub(crate) fn push<O: OpOrder + ?Sized>(
        &mut self,
        span: Span,
        mut source: C::Source<'_>,
        order: &O,
    ) {
        let first = Stamp::of(span.first, order);
        if span.kind == SpanKind::Anchor {
            self.open.push(span.first);
            return self.pieces.push(Piece::anchor(first));
        }
        self.open.pop_if(|anchored| *anchored == span.first);
        if let SpanKind::Deleted(len) = span.kind {
            return self.pieces.push(Piece::deleted(first, len));
        }
        let mut next = span.first;
        while !C::is_exhausted(&source) {
            let run = Piece::filled(Stamp::of(next, order), &mut source);
            next = next.plus(run.len());
            self.pieces.push(run);
        }
    }

    /// The sequence, if every anchor was followed by its element. O(n).
    pub(crate) fn finish<O: OpOrder + ?Sized>(self, order: &O) -> Option<Sequence<C>> {
        let whole = self.open.is_empty();
        whole.then(|| Sequence { tree: Tree::of(self.pieces, order), ..Sequence::default() })
    }
}
