use serde::Serialize;

use super::DeltaError;
use crate::node::{CounterInteger, CounterState};

/// A counter reads as another number.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize)]
pub struct CounterDelta<T = i64> {
    /// By how much: `to`, less the number before.
    pub by: i128,
    /// What it reads as now.
    pub to: T,
}

impl<T: CounterInteger> CounterDelta<T> {
    /// The delta of a counter. What is added beyond the numbers of the type is not seen.
    pub(in crate::node) fn between(before: &CounterState, after: &CounterState) -> Option<Self> {
        let (from, to) = (T::saturating_from(before.sum()), T::saturating_from(after.sum()));
        let by = to.widen() - from.widen();
        (by != 0).then_some(Self { by, to })
    }

    /// Makes a number that was read before one that is read after.
    ///
    /// # Errors
    /// [`DeltaError::OtherSum`] if it is another number than the one before.
    pub fn apply(&self, number: &mut T) -> Result<(), DeltaError> {
        if number.widen() + self.by != self.to.widen() {
            return Err(DeltaError::OtherSum(self.to.widen()));
        }
        *number = self.to;
        Ok(())
    }
}
