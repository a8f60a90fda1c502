//! Making a list read as plain values.

use super::ListState;
use super::editor::insert_all;
use super::moving::move_before;
use crate::node::alignment::{Alignment, Fate, align};
use crate::node::edit::delete_at;
use crate::node::fingerprint::Tokens;
use crate::node::{CrdtNode, EditError, Scope, Writing};
use crate::op::Id;

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
    // Only elements without a key can become others.
    let can_become = |index: usize| T::key(&values[index]).is_none();
    let Alignment { fates, removed } = align(&old, &new, can_become);
    let ids: Vec<Id> = state.elements.look(chains).items().map(|(id, _)| id).collect();
    let mut list = Placing::<T> { state, scope, last: None, added: Vec::new() };
    for ((fate, value), token) in fates.into_iter().zip(values).zip(&new) {
        let (index, moves) = match fate {
            Fate::New => {
                list.added.push(value);
                continue;
            }
            Fate::Stays(index) => (index, false),
            Fate::Moves(index) => (index, true),
        };
        list.place(ids[index], moves)?;
        // What has the same key may still differ.
        if old[index] != *token || T::key(&value).is_some() {
            list.write(ids[index], value)?;
        }
    }
    list.insert_added()?;
    list.remove(removed.into_iter().map(|index| ids[index]))
}

/// A list on its way to being as the values, from the first on.
struct Placing<'a, T: CrdtNode> {
    state: &'a mut ListState<T::State>,
    scope: Scope<'a>,
    /// The element that the last value belongs to.
    last: Option<Id>,
    /// Values behind it that are not in the list yet.
    added: Vec<T::Value>,
}

impl<T: CrdtNode> Placing<'_, T> {
    /// Lets an element be the next, behind the last one.
    fn place(&mut self, element: Id, moves: bool) -> Result<(), EditError> {
        self.insert_added()?;
        if moves {
            let gap = self.gap()?;
            let position = self.position(element)?;
            move_before(self.state, self.scope, position..position + 1, gap)?;
        }
        self.last = Some(element);
        Ok(())
    }

    fn write(&mut self, element: Id, value: T::Value) -> Result<(), EditError> {
        let state = self.state.elements.as_it_is().item_mut(element).ok_or_else(lost)?;
        T::write(state, self.scope.element(element), value, Writing::Difference)
    }

    fn insert_added(&mut self) -> Result<(), EditError> {
        let added = core::mem::take(&mut self.added);
        let Some(behind) = added.len().checked_sub(1) else { return Ok(()) };
        let gap = self.gap()?;
        let last = self.scope.next_id().plus(u32::try_from(behind).map_err(|_| lost())?);
        insert_all::<T>(self.state, self.scope, gap, added)?;
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
            let range = run[0]..run[0] + run.len();
            let elements = self.state.elements.edit(self.scope.chains());
            delete_at(elements, &mut self.scope, range)?;
        }
        Ok(())
    }

    /// The position behind the last element that is in its place.
    fn gap(&self) -> Result<usize, EditError> {
        self.last.map_or(Ok(0), |last| self.position(last).map(|position| position + 1))
    }

    fn position(&self, element: Id) -> Result<usize, EditError> {
        self.state.elements.look(self.scope.chains()).position(element).ok_or_else(lost)
    }
}

/// An element that was there is not found any more.
fn lost() -> EditError {
    EditError::Inconsistent("an element that is being edited")
}
