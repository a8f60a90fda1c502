use core::fmt;
use core::ops::Deref;

use serde::{Serialize, de::DeserializeOwned};

use super::{RegisterState, RegisterView, set_register, write_register};
use crate::node::{EditError, Initial, IntoLeaf, NodeState, Scope, StandardDefault, Writing};

/// Edits a register.
pub struct RegisterEditor<'a, T, D = StandardDefault> {
    state: &'a mut RegisterState<T, D>,
    scope: Scope<'a>,
}

impl<'a, T, D> RegisterEditor<'a, T, D> {
    pub(in crate::node) fn new(state: &'a mut RegisterState<T, D>, scope: Scope<'a>) -> Self {
        Self { state, scope }
    }

    /// Views the register, as it is now.
    pub fn view(&self) -> RegisterView<'_, T, D> {
        RegisterView::new(self.state, self.scope.chains())
    }

    /// The value. O(values in conflict).
    pub fn get(&self) -> &T {
        self.state.get(self.scope.chains())
    }

    /// The value, cloned.
    pub fn value(&self) -> T
    where
        T: Clone,
    {
        self.get().clone()
    }

    /// Every value that stands, the one that wins first; none if nothing was written. O(n log n)
    /// for n values.
    pub fn conflicts(&self) -> Vec<&T> {
        self.state.versions.ranked(self.scope.chains())
    }
}

impl<T, D> RegisterEditor<'_, T, D>
where
    T: Serialize + DeserializeOwned + Send + Sync + 'static,
    D: Initial<T> + Send + Sync,
{
    /// Writes a value; it replaces every value that stands here. O(size of the value + values in
    /// conflict).
    ///
    /// # Errors
    /// [`EditError::Unencodable`] if it cannot be encoded, or is not read back as it is.
    pub fn set(&mut self, value: impl IntoLeaf<T>) -> Result<(), EditError> {
        set_register(self.state, self.scope, &value.into_leaf())
    }

    pub(in crate::node) fn write(&mut self, value: &T, how: Writing) -> Result<(), EditError> {
        write_register(self.state, self.scope, value, how)
    }

    /// Writes what a closure makes of the value. Costs what reading, cloning and
    /// [`set`](Self::set) cost.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn modify(&mut self, edit: impl FnOnce(&mut T)) -> Result<(), EditError>
    where
        T: Clone,
    {
        let mut value = self.get().clone();
        edit(&mut value);
        set_register(self.state, self.scope, &value)
    }

    /// Takes every value back; the register reads as its default. What others set concurrently
    /// stands.
    ///
    /// # Errors
    /// None at present.
    pub fn unset(&mut self) -> Result<(), EditError> {
        self.state.clear(self.scope);
        Ok(())
    }
}

/// Reads the value; it is written by [`set`](RegisterEditor::set) and
/// [`modify`](RegisterEditor::modify).
impl<T, D> Deref for RegisterEditor<'_, T, D> {
    type Target = T;

    fn deref(&self) -> &T {
        self.get()
    }
}

impl<T: fmt::Debug, D> fmt::Debug for RegisterEditor<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// The value.
impl<T: fmt::Display, D> fmt::Display for RegisterEditor<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}
