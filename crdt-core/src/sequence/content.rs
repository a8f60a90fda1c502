//! What a sequence can be made of.

use core::fmt::Debug;
use core::ops::Range;

use super::Shift;
use crate::op::IdRange;

/// The visible elements of one run.
pub(crate) trait Content: Default {
    /// A size of the elements beside their number.
    type Measure: Measure;
    /// Elements on their way into a sequence.
    type Source<'a>;
    /// Elements that were taken out of it, in list order.
    type Removed;
    /// Whether elements can be moved. Where they cannot, nothing is spent on it.
    const MOVABLE: bool = true;
    /// The most pieces in a leaf of the tree.
    const LEAF: usize = 32;
    /// The most children of an inner node of the tree.
    const INNER: usize = 16;

    /// The number of elements.
    fn len(&self) -> u32;
    /// Their size.
    fn measure(&self) -> Self::Measure;
    /// Cuts off the elements from `at` on.
    fn split_off(&mut self, at: u32) -> Self;
    /// Takes some elements out and tells their size. They are appended to `kept` if that is given.
    fn remove(&mut self, range: Range<u32>, kept: Option<&mut Self::Removed>) -> Self::Measure;
    /// Takes all elements out, as [`remove`](Self::remove) does.
    fn remove_all(self, kept: Option<&mut Self::Removed>);
    /// Takes the elements from `at` on out, as [`remove`](Self::remove) does.
    fn truncate(&mut self, at: u32, kept: Option<&mut Self::Removed>) -> Self::Measure {
        self.remove(at..self.len(), kept)
    }
    /// Takes so many elements, at most, from the front of a source.
    fn take<'a>(source: &mut Self::Source<'a>, count: u32) -> Self::Source<'a>;
    /// Moves elements from the source to the end of the run until one of them is exhausted; into
    /// an empty run it moves at least one. The bound keeps splitting a run cheap. Returns how many
    /// were moved, and their size.
    fn fill(&mut self, source: &mut Self::Source<'_>) -> (u32, Self::Measure);
    /// Whether the source is exhausted.
    fn is_exhausted(source: &Self::Source<'_>) -> bool;
}

/// Who keeps what is deleted, so that it can be [restored](super::Sequence::restore).
pub(crate) trait Keep<C: Content> {
    /// Where the elements with these names, which are being deleted, are to be appended; nothing if
    /// they need not be kept.
    fn keep(&mut self, names: IdRange) -> Option<&mut C::Removed>;

    /// Hears of what goes, where it is not said at which positions to delete.
    fn shifted(&mut self, _: impl FnOnce() -> Shift) {}
}

/// Nothing is kept.
impl<C: Content> Keep<C> for () {
    fn keep(&mut self, _: IdRange) -> Option<&mut C::Removed> {
        None
    }
}

/// Something that adds up along a sequence.
pub(crate) trait Measure: Copy + Default + PartialEq + Debug {
    /// The measure of both together.
    #[must_use]
    fn plus(self, other: Self) -> Self;
    /// The measure without a part of it.
    #[must_use]
    fn minus(self, part: Self) -> Self;
}

/// For elements that are only counted.
impl Measure for () {
    fn plus(self, (): Self) {}
    fn minus(self, (): Self) {}
}
