//! The order of a sequence without what is in it, and a sequence made of both again.

use super::moves::MovedHere;
use super::order::Stamp;
use super::piece::Piece;
use super::{Content, OpOrder, Sequence};
use crate::btree::Tree;
use crate::op::{Id, IdRange};

/// Some consecutive places of one chain, each the right child of the one before, or an anchor.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub(crate) first: Id,
    pub(crate) kind: SpanKind,
}

/// What a [`Span`] is.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SpanKind {
    /// The place in front of another and of its left children.
    Anchor,
    /// So many places of inserts at which nothing stands.
    Vacant(u32),
    /// So many visible elements where they were inserted.
    Live(u32),
    /// A place of a move.
    Moved {
        /// What was moved there.
        element: Id,
        /// Whether it is visible and stands there.
        stands: bool,
        /// Whether it cannot stand there.
        void: bool,
    },
}

impl Span {
    /// The number of places.
    pub(crate) fn len(self) -> u32 {
        match self.kind {
            SpanKind::Anchor => 0,
            SpanKind::Vacant(len) | SpanKind::Live(len) => len,
            SpanKind::Moved { .. } => 1,
        }
    }

    /// The number of visible elements.
    pub(crate) fn visible(self) -> u32 {
        match self.kind {
            SpanKind::Live(len) => len,
            SpanKind::Moved { stands, .. } => stands.into(),
            SpanKind::Anchor | SpanKind::Vacant(_) => 0,
        }
    }

    /// One span for this and the next, if there is one.
    pub(super) fn joined(self, next: Self) -> Option<Self> {
        let kind = match (self.kind, next.kind) {
            (SpanKind::Live(len), SpanKind::Live(more)) => SpanKind::Live(len + more),
            (SpanKind::Vacant(len), SpanKind::Vacant(more)) => SpanKind::Vacant(len + more),
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
            let next = Span { first: piece.id, kind: piece.span_kind() };
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
    /// The places of moves.
    moved: Vec<MovedHere>,
}

impl<C: Content> Restored<C> {
    /// Nothing yet.
    pub(crate) fn new() -> Self {
        Self { pieces: Vec::new(), open: Vec::new(), moved: Vec::new() }
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
        match span.kind {
            SpanKind::Vacant(len) => return self.pieces.push(Piece::vacant(first, len)),
            SpanKind::Moved { element, stands, void } => {
                let mut place = Piece::moved(first, element);
                let mut content = C::default();
                content.fill(&mut source);
                if stands && content.len() == 1 {
                    place.revive(content);
                }
                place.set_void(void);
                self.moved.push(MovedHere { place: first, element, stands, void });
                return self.pieces.push(place);
            }
            SpanKind::Anchor | SpanKind::Live(_) => {}
        }
        let mut next = span.first;
        while !C::is_exhausted(&source) {
            let run = Piece::filled(Stamp::of(next, order), &mut source);
            next = next.plus(run.len());
            self.pieces.push(run);
        }
    }

    /// The sequence, if every anchor was followed by its place, and every element that was moved
    /// stands at one place at most. O(n).
    pub(crate) fn finish<O: OpOrder + ?Sized>(self, order: &O) -> Option<Sequence<C>> {
        if !self.open.is_empty() {
            return None;
        }
        let mut sequence = Sequence { tree: Tree::of(self.pieces, order), ..Sequence::default() };
        let whole = self.moved.is_empty() || sequence.restore_places(&self.moved, order);
        whole.then_some(sequence)
    }
}
