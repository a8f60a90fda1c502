//! Making a list read as plain values.

use super::{ListEditor, ListState};
use crate::node::difference::{Replaced, differences};
use crate::node::fingerprint::Tokens;
use crate::node::{CrdtNode, EditError, Scope, Writing};

/// Aligns the elements with the values, then removes, inserts and edits what differs.
pub(super) fn reconcile<T: CrdtNode>(
    state: &mut ListState<T::State>,
    scope: Scope<'_>,
    values: impl IntoIterator<Item = T::Value>,
) -> Result<(), EditError> {
    let values: Vec<_> = values.into_iter().collect();
    let mut tokens = Tokens::default();
    let old: Vec<_> = state
        .states(scope.chains())
        .map(|item| tokens.of_state::<T>(item, scope.chains()))
        .collect();
    let new: Vec<_> = values.iter().map(|value| tokens.of_value::<T>(value)).collect();
    let mut alignment = Alignment::<T, _> {
        editor: ListEditor { state, scope },
        values: values.into_iter(),
        position: 0,
    };
    for part in differences(&old, &new) {
        alignment.keep_until(part.new.start)?;
        alignment.replace(part)?;
    }
    alignment.keep_until(new.len())
}

/// A list on its way to being as the values: up to the position it is.
struct Alignment<'a, T: CrdtNode, I> {
    editor: ListEditor<'a, T>,
    values: I,
    position: usize,
}

impl<T: CrdtNode, I: Iterator<Item = T::Value>> Alignment<'_, T, I> {
    /// Goes on over elements that belong to the next values. If that is by their keys, they may
    /// still differ.
    fn keep_until(&mut self, end: usize) -> Result<(), EditError> {
        for value in self.values.by_ref().take(end - self.position) {
            if T::key(&value).is_some() {
                let (state, scope) = self.editor.place(self.position)?;
                T::write(state, scope, value, Writing::Difference)?;
            }
            self.position += 1;
        }
        Ok(())
    }

    /// Turns the next elements into the next values: one by one as far as there are both, except
    /// those whose keys say that they are others.
    fn replace(&mut self, Replaced { old, new }: Replaced) -> Result<(), EditError> {
        let (mut left, mut added) = (old.len(), Vec::new());
        for value in self.values.by_ref().take(new.len()) {
            if left > 0 && T::key(&value).is_none() {
                let (state, scope) = self.editor.place(self.position)?;
                T::write(state, scope, value, Writing::Difference)?;
                left -= 1;
                self.position += 1;
            } else {
                added.push(value);
            }
        }
        let count = added.len();
        self.editor.insert_all(self.position, added)?;
        self.position += count;
        self.editor.delete(self.position..self.position + left)
    }
}
