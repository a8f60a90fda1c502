//! What the tree of a sequence holds: runs of elements, and anchors.

use super::content::{Content, Measure};
use super::order::{OpOrder, Stamp};
use crate::btree::{Combine, Entry, Summary};
use crate::op::Id;

/// A run of elements, or an anchor.
#[derive(Clone, Debug)]
pub(super) struct Piece<C> {
    /// The first element of a run; the element that an anchor belongs to.
    pub(super) id: Id,
    /// The time of `id`.
    pub(super) time: u32,
    kind: Kind<C>,
}

#[derive(Clone, Debug)]
enum Kind<C> {
    /// The place in front of an element and of its left children. It is no element.
    Anchor,
    /// Elements that were deleted: their number is all that is left.
    Deleted(u32),
    /// Visible elements.
    Live(C),
}

impl<C: Content> Piece<C> {
    pub(super) fn anchor(stamp: Stamp) -> Self {
        Self { id: stamp.id, time: stamp.time, kind: Kind::Anchor }
    }

    pub(super) fn deleted(first: Stamp, len: u32) -> Self {
        Self { id: first.id, time: first.time, kind: Kind::Deleted(len) }
    }

    pub(super) fn live(first: Stamp, content: C) -> Self {
        Self { id: first.id, time: first.time, kind: Kind::Live(content) }
    }

    pub(super) fn stamp(&self) -> Stamp {
        Stamp { time: self.time, id: self.id }
    }

    /// The number of elements, deleted ones included.
    pub(super) fn len(&self) -> u32 {
        match &self.kind {
            Kind::Anchor => 0,
            Kind::Deleted(len) => *len,
            Kind::Live(content) => content.len(),
        }
    }

    pub(super) fn is_anchor(&self) -> bool {
        matches!(self.kind, Kind::Anchor)
    }

    pub(super) fn is_deleted(&self) -> bool {
        matches!(self.kind, Kind::Deleted(_))
    }

    pub(super) fn content(&self) -> Option<&C> {
        if let Kind::Live(content) = &self.kind { Some(content) } else { None }
    }

    pub(super) fn content_mut(&mut self) -> Option<&mut C> {
        if let Kind::Live(content) = &mut self.kind { Some(content) } else { None }
    }

    /// Where in this run an element stands.
    pub(super) fn offset_of(&self, id: Id) -> Option<u32> {
        let offset = id.counter.checked_sub(self.id.counter)?;
        (self.id.chain == id.chain && offset < self.len()).then_some(offset)
    }

    /// Whether `id` would continue this run.
    pub(super) fn ends_before(&self, id: Id) -> bool {
        !self.is_anchor() && self.id.plus(self.len()) == id
    }

    /// Moves elements to the end of a visible run as long as there is room, and says how many.
    pub(super) fn fill(&mut self, source: &mut C::Source<'_>) -> u32 {
        let before = self.len();
        if let Kind::Live(content) = &mut self.kind {
            content.fill(source);
        }
        self.len() - before
    }

    /// Cuts off the elements from `at` on.
    pub(super) fn split_off<O: OpOrder + ?Sized>(&mut self, at: u32, order: &O) -> Self {
        let id = self.id.plus(at);
        let kind = match &mut self.kind {
            Kind::Anchor => Kind::Anchor,
            Kind::Deleted(len) => Kind::Deleted(core::mem::replace(len, at) - at),
            Kind::Live(content) => Kind::Live(content.split_off(at)),
        };
        Self { id, time: order.time(id), kind }
    }

    /// Deletes all elements.
    pub(super) fn bury(&mut self) -> C {
        let len = self.len();
        match core::mem::replace(&mut self.kind, Kind::Deleted(len)) {
            Kind::Live(content) => content,
            Kind::Anchor | Kind::Deleted(_) => C::default(),
        }
    }

    /// Takes the first elements out of a visible run; `rest` is the one it then begins with.
    pub(super) fn trim_front(&mut self, rest: Stamp) -> C {
        let len = rest.id.counter - self.id.counter;
        (self.id, self.time) = (rest.id, rest.time);
        let Kind::Live(content) = &mut self.kind else {
            return C::default();
        };
        let rest = content.split_off(len);
        core::mem::replace(content, rest)
    }

    /// Takes the elements from `at` on out of a visible run.
    pub(super) fn trim_back(&mut self, at: u32) -> C {
        self.content_mut().map(|content| content.split_off(at)).unwrap_or_default()
    }

    /// Lets a deleted run begin earlier.
    pub(super) fn extend_front(&mut self, first: Stamp) {
        let more = self.id.counter - first.id.counter;
        (self.id, self.time) = (first.id, first.time);
        self.extend_back(more);
    }

    /// Lets a deleted run end later.
    pub(super) fn extend_back(&mut self, more: u32) {
        if let Kind::Deleted(len) = &mut self.kind {
            *len += more;
        }
    }
}

impl<C: Content> Entry for Piece<C> {
    type Summary = Totals<C::Measure>;
    const LEAF: usize = C::LEAF;
    const INNER: usize = C::INNER;

    fn summary(&self) -> Totals<C::Measure> {
        let (len, measure) = match &self.kind {
            Kind::Anchor | Kind::Deleted(_) => (0, C::Measure::default()),
            Kind::Live(content) => (content.len() as usize, content.measure()),
        };
        Totals { least: self.stamp(), len, measure }
    }
}

/// What is known of the pieces of a subtree.
#[derive(Clone, Copy, PartialEq, Debug)]
pub(super) struct Totals<M> {
    /// The lowest op: within a run that is the first, since each element depends on the one before.
    pub(super) least: Stamp,
    /// The number of visible elements.
    pub(super) len: usize,
    /// Their size.
    pub(super) measure: M,
}

impl<M: Measure> Default for Totals<M> {
    fn default() -> Self {
        let id = Id { chain: 0, counter: 0 };
        Self { least: Stamp { time: 0, id }, len: 0, measure: M::default() }
    }
}

impl<M: Measure> Summary for Totals<M> {
    fn shift(&mut self, before: &Self, after: &Self) {
        self.len = self.len + after.len - before.len;
        self.measure = self.measure.plus(after.measure).minus(before.measure);
    }
}

impl<M: Measure, O: OpOrder + ?Sized> Combine<O> for Totals<M> {
    fn combine(self, other: Self, order: &O) -> Self {
        let least = if self.least.exceeds(other.least, order) { other.least } else { self.least };
        Self { least, len: self.len + other.len, measure: self.measure.plus(other.measure) }
    }
}
