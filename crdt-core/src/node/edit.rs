//! How texts and lists are edited at positions: what they do alike.

use core::ops::Range;

use super::positions::forwards;
use super::undo::Kept;
use super::{EditError, Scope};
use crate::op::{Id, Place};
use crate::sequence::{Content, Keep, Sequence};

/// Inserts elements, the first of which has the next id, so that they stand at a position. Says
/// where they hang, for the op that is to be written.
pub(super) fn insert_at<C: Content>(
    sequence: &mut Sequence<C>,
    scope: &Scope<'_>,
    position: usize,
    source: C::Source<'_>,
) -> Result<Place<Id>, EditError> {
    let (id, time, chains) = (scope.next_id(), scope.time(), scope.chains());
    let placed = sequence.insert_at(position, source, id, time, chains);
    placed.map_err(EditError::out_of_bounds)
}

/// Deletes the elements at a range of positions, keeps them and writes the ops.
#[inline]
pub(super) fn delete_at<C: Content>(
    sequence: &mut Sequence<C>,
    scope: &mut Scope<'_>,
    range: Range<usize>,
) -> Result<(), EditError>
where
    for<'a> Kept<'a>: Keep<C>,
{
    let range = forwards(range)?;
    scope.pin();
    let (chains, mut write) = (scope.chains(), *scope);
    let out = |names| write.write_delete(names);
    let deleted = scope.deleting(|kept| sequence.delete_at(range, chains, out, kept));
    deleted.map_err(EditError::out_of_bounds)
}
