//! How texts and lists are edited at positions: what they do alike.

use core::marker::PhantomData;
use core::ops::Range;

use super::positions::forwards;
use super::rollback::Kept;
use super::watch::Effect;
use super::{EditError, Incoming, Question, Scope, TakenBack};
use crate::history::Chains;
use crate::op::{Action, Id, IdRange, Place};
use crate::sequence::{Content, Keep, Sequence, Shift};

/// Inserts elements, the first of which has the next id, so that they stand at a position. Says
/// where they hang, for the op that is to be written.
pub(super) fn insert_at<C: Content>(
    sequence: &mut Sequence<C>,
    scope: &Scope<'_>,
    position: usize,
    source: C::Source<'_>,
) -> Result<Place<Id>, EditError> {
    let (id, time, chains) = (scope.next_id(), scope.time(), scope.chains());
    let before = if scope.is_watched() { sequence.len() } else { 0 };
    let placed = sequence.insert_at(position, source, id, time, chains);
    let place = placed.map_err(EditError::out_of_bounds)?;
    scope.note(|| Effect::shift::<C>(Shift::inserted(position, sequence.len() - before)));
    Ok(place)
}

/// Deletes the elements at a range of positions, keeps them and writes the ops.
#[inline]
pub(super) fn delete_at<C: Content + 'static>(
    sequence: &mut Sequence<C>,
    scope: &mut Scope<'_>,
    range: Range<usize>,
) -> Result<(), EditError>
where
    for<'a> Kept<'a>: Keep<C>,
{
    let range = forwards(range)?;
    scope.pin();
    if scope.is_watched() && range.end <= sequence.len() && !range.is_empty() {
        scope.note(|| Effect::shift::<C>(Shift::deleted(range.start, range.len())));
    }
    if scope.keeps_all() {
        return cover_at(sequence, scope, range);
    }
    let (chains, mut write) = (scope.chains(), *scope);
    let out = |names| write.write_delete(names);
    let deleted = scope.deleting(|kept| sequence.delete_at(range, chains, out, kept));
    deleted.map_err(EditError::out_of_bounds)
}

/// What an op of a change deleted before it was made to delete more. One op can delete elements of
/// a list and a text at the same place: each takes back its own.
struct Deleted<C> {
    op: Id,
    before: Option<IdRange>,
    content: PhantomData<fn(C)>,
}

/// Covers the elements at a range of positions and writes the ops.
#[cold]
fn cover_at<C: Content + 'static>(
    sequence: &mut Sequence<C>,
    scope: &mut Scope<'_>,
    range: Range<usize>,
) -> Result<(), EditError> {
    let chains = scope.chains();
    let covered = sequence.cover_at(range, chains).map_err(EditError::out_of_bounds)?;
    for names in covered {
        let (op, all) = scope.write_cover(names);
        let before = sequence.set_cover(op, all, chains);
        scope.found(Deleted::<C> { op, before, content: PhantomData });
    }
    Ok(())
}

/// Answers what is asked of a sequence.
pub(super) fn ask<C: Content>(question: &Question, op: &Incoming<'_>, sequence: &Sequence<C>) {
    match &op.action {
        Action::Delete { first, count } => {
            question.tell_visible(sequence, IdRange::new(*first, *count));
        }
        Action::Annul { standing, names } => {
            question.tell_otherwise(names, *standing, |name| sequence.standing_of(name));
        }
        _ => {}
    }
}

/// Takes deletes back that have covered elements.
pub(super) fn uncover<C: Content + 'static>(
    sequence: &mut Sequence<C>,
    taken_back: &TakenBack<'_>,
    chains: &Chains,
) {
    while let Some(Deleted::<C> { op, before, .. }) = taken_back.take() {
        sequence.take_back_cover(op, before, chains);
    }
}
