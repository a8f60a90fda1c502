use core::fmt;
use core::ops::Deref;

use serde::{Serialize, Serializer};

use super::RegisterState;
use crate::history::Chains;
use crate::node::{Blame, StandardDefault};

/// Reads a register.
pub struct RegisterView<'a, T, D = StandardDefault> {
    state: &'a RegisterState<T, D>,
    chains: &'a Chains,
}

impl<'a, T, D> RegisterView<'a, T, D> {
    pub(in crate::node) fn new(state: &'a RegisterState<T, D>, chains: &'a Chains) -> Self {
        Self { state, chains }
    }

    /// The value. O(values in conflict).
    pub fn get(&self) -> &'a T {
        self.state.get(self.chains)
    }

    /// The value, cloned.
    pub fn value(&self) -> T
    where
        T: Clone,
    {
        self.get().clone()
    }

    /// Every value that stands, the one that wins first. More than one only where authors wrote
    /// without having seen each other's values; none if nothing was written. O(n log n) for n
    /// values.
    pub fn conflicts(&self) -> Vec<&'a T> {
        self.state.versions.ranked(self.chains)
    }

    /// Who wrote the value that is read, and in which change; `None` if nothing was written, or
    /// nothing that fits the type. O(values in conflict), and log n.
    pub fn blame(&self) -> Option<Blame> {
        Blame::of(self.chains, self.state.versions.origin(self.chains)?)
    }
}

impl<'a, D> RegisterView<'a, String, D> {
    /// The string, for as long as the document is read.
    pub fn as_str(&self) -> &'a str {
        self.get()
    }
}

impl<T, D> Deref for RegisterView<'_, T, D> {
    type Target = T;

    fn deref(&self) -> &T {
        self.get()
    }
}

impl<T, D> Clone for RegisterView<'_, T, D> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T, D> Copy for RegisterView<'_, T, D> {}

impl<T: fmt::Debug, D> fmt::Debug for RegisterView<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// The value.
impl<T: fmt::Display, D> fmt::Display for RegisterView<'_, T, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.get().fmt(f)
    }
}

/// As the value.
impl<T: Serialize, D> Serialize for RegisterView<'_, T, D> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.get().serialize(serializer)
    }
}
