//! What the tree of a sequence holds: runs of elements, and anchors.

use core::ops::Range;

use super::content::{Content, Keep, Measure};
use super::order::{OpOrder, Stamp};
use super::saved::SpanKind;
use crate::btree::{Combine, Entry, Summary};
use crate::op::{Id, IdRange};

/// A run of elements, or an anchor.
#[derive(Clone, Debug)]
pub(super) struct Piece<C> {
    /// The first element of a run; the element that an anchor belongs to.
    pub(super) id: Id,
    /// The time of `id`.
    pub(super) time: u32,
    /// On the chain of `id`, the counter under which the index lists this piece: of any element of
    /// a run, so that it may grow at both ends without being listed anew.
    pub(super) listed: u32,
    kind: Kind<C>,
}

#[derive(Clone, Debug)]
enum Kind<C> {
    /// The place in front of an element and of its left children. It is no element.
    Anchor,
    /// Places at which nothing stands any more: how many there are is all that is left. Their
    /// elements were deleted, or [stand elsewhere](super::moves).
    Vacant(u32),
    /// Visible elements where they were inserted.
    Live(C),
    /// Deleted elements that may come back.
    Covered(Box<C>),
    /// A place that a move made.
    Moved(Box<Moved<C>>),
}

/// A place that an element was moved to.
#[derive(Clone, Debug)]
struct Moved<C> {
    /// What was moved here, by name. It may be no element of this sequence.
    element: Id,
    /// The element, if it stands here.
    content: Option<C>,
    /// Whether it is deleted.
    covered: bool,
    /// Whether it cannot stand here.
    void: bool,
}

impl<C> Moved<C> {
    #[inline(never)]
    fn visible(&self) -> Option<&C> {
        self.content.as_ref().filter(|_| !self.covered)
    }

    #[inline(never)]
    fn visible_mut(&mut self) -> Option<&mut C> {
        self.content.as_mut().filter(|_| !self.covered)
    }
}

impl<C: Content> Piece<C> {
    fn new(first: Stamp, kind: Kind<C>) -> Self {
        Self { id: first.id, time: first.time, listed: first.id.counter, kind }
    }

    pub(super) fn anchor(stamp: Stamp) -> Self {
        Self::new(stamp, Kind::Anchor)
    }

    pub(super) fn vacant(first: Stamp, len: u32) -> Self {
        Self::new(first, Kind::Vacant(len))
    }

    /// A run of as many new elements as fit into one.
    pub(super) fn filled(first: Stamp, source: &mut C::Source<'_>) -> Self {
        let mut content = C::default();
        content.fill(source);
        Self::live(first, content)
    }

    /// A place that an element was moved to. It does not stand there yet.
    pub(super) fn moved(place: Stamp, element: Id) -> Self {
        Self::new(
            place,
            Kind::Moved(Box::new(Moved { element, content: None, covered: false, void: false })),
        )
    }

    fn live(first: Stamp, content: C) -> Self {
        Self::new(first, Kind::Live(content))
    }

    #[inline]
    pub(super) fn stamp(&self) -> Stamp {
        Stamp { time: self.time, id: self.id }
    }

    /// The name that the index lists this piece under.
    pub(super) fn listed(&self) -> Id {
        Id { chain: self.id.chain, counter: self.listed }
    }

    /// The number of places, vacant ones included.
    #[inline]
    pub(super) fn len(&self) -> u32 {
        match &self.kind {
            Kind::Anchor => 0,
            Kind::Vacant(len) => *len,
            Kind::Live(content) => content.len(),
            Kind::Covered(content) => content.len(),
            Kind::Moved(_) => 1,
        }
    }

    /// What this is as it is saved.
    pub(super) fn span_kind(&self) -> SpanKind {
        match &self.kind {
            Kind::Anchor => SpanKind::Anchor,
            Kind::Vacant(len) => SpanKind::Vacant(*len),
            Kind::Live(content) => SpanKind::Live(content.len()),
            Kind::Covered(content) => SpanKind::Vacant(content.len()),
            Kind::Moved(moved) => {
                let stands = self.content().is_some();
                SpanKind::Moved { element: moved.element, stands, void: moved.void }
            }
        }
    }

    pub(super) fn is_anchor(&self) -> bool {
        matches!(self.kind, Kind::Anchor)
    }

    #[inline]
    pub(super) fn is_vacant(&self) -> bool {
        matches!(self.kind, Kind::Vacant(_))
    }

    /// If this is a place that a move made, the name of what was moved there.
    pub(super) fn moved_here(&self) -> Option<Id> {
        match &self.kind {
            Kind::Moved(moved) if C::MOVABLE => Some(moved.element),
            _ => None,
        }
    }

    /// Notes of a place that a move made whether an element can stand there.
    pub(super) fn set_void(&mut self, void: bool) {
        if let Kind::Moved(moved) = &mut self.kind {
            moved.void = void;
        }
    }

    /// The visible elements.
    #[inline]
    pub(super) fn content(&self) -> Option<&C> {
        match &self.kind {
            Kind::Live(content) => Some(content),
            Kind::Moved(moved) if C::MOVABLE => moved.visible(),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn content_mut(&mut self) -> Option<&mut C> {
        match &mut self.kind {
            Kind::Live(content) => Some(content),
            Kind::Moved(moved) if C::MOVABLE => moved.visible_mut(),
            _ => None,
        }
    }

    /// The elements that stand here, visible or not.
    pub(super) fn standing_mut(&mut self) -> Option<&mut C> {
        match &mut self.kind {
            Kind::Live(content) => Some(content),
            Kind::Covered(content) => Some(content),
            Kind::Moved(moved) => moved.content.as_mut(),
            Kind::Anchor | Kind::Vacant(_) => None,
        }
    }

    /// Whether elements stand here that are deleted.
    pub(super) fn is_covered(&self) -> bool {
        match &self.kind {
            Kind::Covered(_) => true,
            Kind::Moved(moved) => moved.covered && moved.content.is_some(),
            _ => false,
        }
    }

    /// Covers the elements that stand here, or uncovers them.
    pub(super) fn set_covered(&mut self, covered: bool) {
        let kind = core::mem::replace(&mut self.kind, Kind::Anchor);
        self.kind = match kind {
            Kind::Live(content) if covered => Kind::Covered(Box::new(content)),
            Kind::Covered(content) if !covered => Kind::Live(*content),
            Kind::Moved(mut moved) => {
                moved.covered = covered;
                Kind::Moved(moved)
            }
            kind => kind,
        };
    }

    /// Takes the elements out that stand here, and says whether they are deleted.
    pub(super) fn take(&mut self) -> Option<(C, bool)> {
        let len = self.len();
        if let Kind::Moved(moved) = &mut self.kind {
            return moved.content.take().map(|content| (content, moved.covered));
        }
        match core::mem::replace(&mut self.kind, Kind::Vacant(len)) {
            Kind::Live(content) => Some((content, false)),
            Kind::Covered(content) => Some((*content, true)),
            kind => {
                self.kind = kind;
                None
            }
        }
    }

    /// The name of the first element that stands here or would.
    #[inline]
    pub(super) fn first(&self) -> Id {
        self.moved_here().unwrap_or(self.id)
    }

    /// Where in this run a place is.
    pub(super) fn offset_of(&self, id: Id) -> Option<u32> {
        let offset = id.counter.checked_sub(self.id.counter)?;
        (self.id.chain == id.chain && offset < self.len()).then_some(offset)
    }

    /// Whether `id` would continue this run.
    #[inline]
    pub(super) fn ends_before(&self, id: Id) -> bool {
        self.is_run() && IdRange::new(self.id, self.len()).next() == id
    }

    /// Whether these are places that an insert made.
    #[inline]
    fn is_run(&self) -> bool {
        matches!(self.kind, Kind::Live(_) | Kind::Vacant(_))
    }

    /// Moves elements to the end of a visible run as long as there is room. Tells how many, and
    /// what the run's summary gains.
    #[inline]
    pub(super) fn fill(&mut self, source: &mut C::Source<'_>) -> (u32, Totals<C::Measure>) {
        let least = self.stamp();
        let filled = self.content_mut().map(|content| content.fill(source));
        let (count, measure) = filled.unwrap_or_default();
        (count, Totals { least, len: count as usize, measure, has_elements: true })
    }

    /// Cuts off the places from `at` on.
    pub(super) fn split_off<O: OpOrder + ?Sized>(&mut self, at: u32, order: &O) -> Self {
        let id = self.id.plus(at);
        let first = Stamp::of(id, order);
        match &mut self.kind {
            Kind::Anchor | Kind::Moved(_) => Self::anchor(first),
            Kind::Vacant(len) => Self::vacant(first, core::mem::replace(len, at) - at),
            Kind::Live(content) => Self::live(first, content.split_off(at)),
            Kind::Covered(content) => {
                Self::new(first, Kind::Covered(Box::new(content.split_off(at))))
            }
        }
    }

    /// The names of some of the elements.
    #[inline]
    pub(super) fn names(&self, range: &Range<u32>) -> IdRange {
        IdRange::new(self.first().plus(range.start), range.end - range.start)
    }

    /// Takes some elements out of a visible run. Tells what the run's summary loses.
    #[inline]
    pub(super) fn remove(
        &mut self,
        range: Range<u32>,
        keep: &mut impl Keep<C>,
    ) -> Option<Totals<C::Measure>> {
        let (least, len, names) = (self.stamp(), range.len(), self.names(&range));
        let measure = self.content_mut()?.remove(range, keep.keep(names));
        Some(Totals { least, len, measure, has_elements: true })
    }

    /// Whether this is a vacant run that could be one with the run right before it.
    #[inline]
    pub(super) fn is_vacant_behind(&self, run: &Self) -> bool {
        self.is_vacant() && run.ends_before(self.id)
    }

    /// Whether this is a vacant run that could be one with the run right behind it.
    #[inline]
    pub(super) fn is_vacant_before(&self, run: &Self) -> bool {
        self.is_vacant() && self.ends_before(run.id) && run.is_run()
    }

    /// Deletes the elements of a visible run at some offsets if they are its end, the vacant run
    /// behind it can begin with them, and the index need not know. Tells what is lost by that.
    #[inline]
    pub(super) fn trim_back<O: OpOrder + ?Sized>(
        &mut self,
        behind: &mut Self,
        range: Range<u32>,
        order: &O,
        keep: &mut impl Keep<C>,
    ) -> Option<Totals<C::Measure>> {
        if range.end != self.len() || !behind.is_vacant_behind(self) {
            return None;
        }
        let first = self.id.plus(range.start);
        if self.listed >= first.counter {
            return None;
        }
        let names = self.names(&range);
        let measure = self.content_mut()?.truncate(range.start, keep.keep(names));
        // Times rise along a chain.
        let time = if self.time == behind.time { self.time } else { order.time(first) };
        behind.begin_at(Stamp { time, id: first });
        Some(Totals { len: range.len(), measure, ..Totals::default() })
    }

    /// Deletes the elements of a visible run before an offset if some stay, the vacant run before
    /// it can end with them, and the index need not know. Tells what is lost by that.
    pub(super) fn trim_front<O: OpOrder + ?Sized>(
        &mut self,
        before: &mut Self,
        to: u32,
        order: &O,
        keep: &mut impl Keep<C>,
    ) -> Option<Totals<C::Measure>> {
        if to >= self.len() || !before.is_vacant_before(self) {
            return None;
        }
        let first = self.id.plus(to);
        if self.listed < first.counter {
            return None;
        }
        let lost = self.remove(0..to, keep)?;
        before.extend(to);
        self.begin_at(Stamp::of(first, order));
        Some(lost)
    }

    /// Deletes all elements of a visible run, so that it is a vacant one.
    pub(super) fn bury(&mut self, keep: &mut impl Keep<C>) {
        let names = self.names(&(0..self.len()));
        if let Some((content, _)) = self.take() {
            content.remove_all(keep.keep(names));
        }
    }

    /// Lets elements stand in a vacant run of as many places.
    pub(super) fn revive(&mut self, content: C) {
        debug_assert!(self.content().is_none() && self.len() == content.len(), "room for them");
        match &mut self.kind {
            Kind::Moved(moved) => (moved.content, moved.covered) = (Some(content), false),
            kind => *kind = Kind::Live(content),
        }
    }

    /// Lets a run begin at a later element, or a vacant one at an earlier.
    #[inline]
    pub(super) fn begin_at(&mut self, first: Stamp) {
        if let Kind::Vacant(len) = &mut self.kind {
            *len += self.id.counter - first.id.counter;
        }
        (self.id, self.time) = (first.id, first.time);
    }

    /// Lets a vacant run end later.
    pub(super) fn extend(&mut self, more: u32) {
        if let Kind::Vacant(len) = &mut self.kind {
            *len += more;
        }
    }
}

impl<C: Content> Entry for Piece<C> {
    type Summary = Totals<C::Measure>;
    const LEAF: usize = C::LEAF;
    const INNER: usize = C::INNER;

    fn summary(&self) -> Totals<C::Measure> {
        let sizes = self.content().map(|content| (content.len() as usize, content.measure()));
        let (len, measure) = sizes.unwrap_or_default();
        Totals { least: self.stamp(), len, measure, has_elements: !self.is_anchor() }
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
    /// Whether there are elements, visible or deleted, and not anchors alone.
    pub(super) has_elements: bool,
}

impl<M: Measure> Totals<M> {
    /// The summary of deleted elements, of which this is the first.
    pub(super) fn vacant(first: Stamp) -> Self {
        Self { least: first, len: 0, measure: M::default(), has_elements: true }
    }
}

impl<M: Measure> Default for Totals<M> {
    fn default() -> Self {
        let least = Stamp { time: 0, id: Id { chain: 0, counter: 0 } };
        Self { least, len: 0, measure: M::default(), has_elements: false }
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
        let lower = self.least.exceeds(other.least, order);
        Self {
            least: if lower { other.least } else { self.least },
            len: self.len + other.len,
            measure: self.measure.plus(other.measure),
            has_elements: self.has_elements || other.has_elements,
        }
    }
}
