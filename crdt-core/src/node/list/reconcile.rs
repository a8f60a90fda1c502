//! Making a list read as plain values.

use core::ops::Range;

use super::ListState;
use super::editor::insert_all;
use super::moving::move_before;
use crate::node::alignment::{Alignment, Fate, align};
use crate::node::edit::delete_at;
use crate::node::fingerprint::Tokens;
use crate::node::{CrdtNode, EditError, Scope, Writing};
use crate::op::Id;

/// A list that is made to read as values, which it knows by their numbers.
pub(in crate::node) trait Rows {
    /// The id that the next op will have.
    fn next_id(&self) -> Id;
    /// Where an element is now.
    fn position(&self, element: Id) -> Option<usize>;
    /// Moves the elements at some positions into the gap before another one.
    fn move_before(&mut self, range: Range<usize>, gap: usize) -> Result<(), EditError>;
    /// Inserts values so that they stand at a position.
    fn insert(&mut self, position: usize, values: Range<usize>) -> Result<(), EditError>;
    /// Makes an element read as a value, by what differs.
    fn write(&mut self, element: Id, value: usize) -> Result<(), EditError>;
    /// Deletes the elements at some positions.
    fn delete(&mut self, range: Range<usize>) -> Result<(), EditError>;
}

/// Aligns the elements with the values, then edits, moves, inserts and removes what differs.
pub(super) fn reconcile<T: CrdtNode>(
    state: &mut ListState<T::State>,
    scope: Scope<'_>,
    values: impl IntoIterator<Item = T::Value>,
) -> Result<(), EditError> {
    let values: Vec<_> = values.into_iter().collect();
    let mut tokens = Tokens::default();
    let chains = scope.chains();
    let old: Vec<_> = state.states(chains).map(|item| tokens.of_state::<T>(item, chains)).collect();
    let new: Vec<_> = values.iter().map(|value| tokens.of_value::<T>(value)).collect();
    // Only elements without a key can become others, and what has the same key may still differ.
    let keyed: Vec<bool> = values.iter().map(|value| T::key(value).is_some()).collect();
    let alignment = align(&old, &new, |index| !keyed[index]);
    let ids: Vec<Id> = state.elements.look(chains).items().map(|(id, _)| id).collect();
    let values = values.into_iter().map(Some).collect();
    let mut rows = TypedRows::<T> { state, scope, values };
    carry_out(&mut rows, alignment, &ids, &|from, to| old[from] != new[to] || keyed[to])
}

/// Carries out an alignment of elements with values; `differs` says whether an element may have to
/// be written where it comes to be a value.
pub(in crate::node) fn carry_out(
    rows: &mut dyn Rows,
    Alignment { fates, removed }: Alignment,
    ids: &[Id],
    differs: &dyn Fn(usize, usize) -> bool,
) -> Result<(), EditError> {
    let end = fates.len();
    let mut list = Placing { rows, last: None, added: 0..0 };
    for (to, fate) in fates.into_iter().enumerate() {
        let (from, moves) = match fate {
            Fate::New => continue,
            Fate::Stays(from) => (from, false),
            Fate::Moves(from) => (from, true),
        };
        list.added.end = to;
        list.place(ids[from], moves)?;
        list.added = to + 1..to + 1;
        if differs(from, to) {
            list.rows.write(ids[from], to)?;
        }
    }
    list.added.end = end;
    list.insert_added()?;
    list.remove(removed.into_iter().map(|from| ids[from]))
}

/// A list on its way to being as the values, from the first on.
struct Placing<'r> {
    rows: &'r mut dyn Rows,
    /// The element that the last value belongs to.
    last: Option<Id>,
    /// Values behind it that are not in the list yet.
    added: Range<usize>,
}

impl Placing<'_> {
    /// Lets an element be the next, behind the last one.
    fn place(&mut self, element: Id, moves: bool) -> Result<(), EditError> {
        self.insert_added()?;
        if moves {
            let gap = self.gap()?;
            let position = self.position(element)?;
            self.rows.move_before(position..position + 1, gap)?;
        }
        self.last = Some(element);
        Ok(())
    }

    fn insert_added(&mut self) -> Result<(), EditError> {
        let Some(behind) = self.added.len().checked_sub(1) else { return Ok(()) };
        let gap = self.gap()?;
        let last = self.rows.next_id().plus(u32::try_from(behind).map_err(|_| lost())?);
        self.rows.insert(gap, self.added.clone())?;
        self.last = Some(last);
        Ok(())
    }

    /// Removes elements that come in list order.
    fn remove(&mut self, elements: impl Iterator<Item = Id>) -> Result<(), EditError> {
        let mut positions = Vec::new();
        for element in elements {
            positions.push(self.position(element)?);
        }
        // From the last on, so that positions hold.
        for run in positions.chunk_by(|a, b| a + 1 == *b).rev() {
            self.rows.delete(run[0]..run[0] + run.len())?;
        }
        Ok(())
    }

    /// The position behind the last element that is in its place.
    fn gap(&self) -> Result<usize, EditError> {
        self.last.map_or(Ok(0), |last| self.position(last).map(|position| position + 1))
    }

    fn position(&self, element: Id) -> Result<usize, EditError> {
        self.rows.position(element).ok_or_else(lost)
    }
}

/// A list, and the values of its type that are not in it yet.
struct TypedRows<'a, T: CrdtNode> {
    state: &'a mut ListState<T::State>,
    scope: Scope<'a>,
    values: Vec<Option<T::Value>>,
}

impl<T: CrdtNode> Rows for TypedRows<'_, T> {
    fn next_id(&self) -> Id {
        self.scope.next_id()
    }

    fn position(&self, element: Id) -> Option<usize> {
        self.state.elements.look(self.scope.chains()).position(element)
    }

    fn move_before(&mut self, range: Range<usize>, gap: usize) -> Result<(), EditError> {
        move_before(self.state, self.scope, range, gap)
    }

    fn insert(&mut self, position: usize, values: Range<usize>) -> Result<(), EditError> {
        let values = self.values[values].iter_mut().filter_map(Option::take).collect();
        insert_all::<T>(self.state, self.scope, position, values)
    }

    fn write(&mut self, element: Id, value: usize) -> Result<(), EditError> {
        let Some(value) = self.values[value].take() else { return Ok(()) };
        let state = self.state.elements.as_it_is().item_mut(element).ok_or_else(lost)?;
        T::write(state, self.scope.element(element), value, Writing::Difference)
    }

    fn delete(&mut self, range: Range<usize>) -> Result<(), EditError> {
        let elements = self.state.elements.edit(self.scope.chains());
        delete_at(elements, &mut self.scope, range)
    }
}

/// An element that was there is not found any more.
fn lost() -> EditError {
    EditError::Inconsistent("an element that is being edited")
}
