//! Edits of states whose type is not at hand.

use super::{Scope, path_to};
use crate::node::{EditError, NodeState};

impl Scope<'_> {
    /// As [`attempt`](Self::attempt), in a state of any type.
    ///
    /// # Errors
    /// As there.
    pub(in crate::node) fn attempt_any<R>(
        mut self,
        state: &mut dyn NodeState,
        edit: impl FnOnce(&mut dyn NodeState, Self) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        let point = self.begin();
        let result = edit(state, self);
        self.end(point, state, result)
    }

    /// The path to here, for people to read.
    pub(in crate::node) fn path_text(mut self) -> String {
        self.pin();
        path_to(&self.transaction.log.borrow().written.paths, self.parent)
    }
}
