//! What ranges of positions mean in lists and texts.

use core::ops::{Bound, Range, RangeBounds};

use super::EditError;

/// The positions that a range means in a list or text of some length.
///
/// # Errors
/// [`EditError::OutOfRange`] if they do not lie within it, [`EditError::InvertedRange`] if the
/// start lies behind the end.
pub(super) fn positions(
    range: &impl RangeBounds<usize>,
    length: usize,
) -> Result<Range<usize>, EditError> {
    let Range { start, end } = bounds(range, || length);
    forwards(start..end)?;
    if end > length {
        return Err(EditError::OutOfRange { position: end, length });
    }
    Ok(start..end)
}

/// The range, unless it ends before it starts.
pub(super) fn forwards(range: Range<usize>) -> Result<Range<usize>, EditError> {
    let Range { start, end } = range;
    if start > end { Err(EditError::InvertedRange { start, end }) } else { Ok(range) }
}

/// The positions that a range means, not checked against the length, which is asked for only if the
/// range has no end.
#[inline]
pub(super) fn bounds(
    range: &impl RangeBounds<usize>,
    length: impl FnOnce() -> usize,
) -> Range<usize> {
    let start = match range.start_bound() {
        Bound::Included(start) => *start,
        Bound::Excluded(before) => before.saturating_add(1),
        Bound::Unbounded => 0,
    };
    let end = match range.end_bound() {
        Bound::Included(last) => last.saturating_add(1),
        Bound::Excluded(end) => *end,
        Bound::Unbounded => length(),
    };
    start..end
}
