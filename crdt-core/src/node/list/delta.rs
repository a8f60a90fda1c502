use super::ListState;
use crate::node::NodeState;
use crate::op::Id;

impl<S: NodeState + Default> ListState<S> {
    /// The elements in order, with their names.
    pub(in crate::node) fn items(&self) -> Vec<(Id, &S)> {
        self.sequence.items().collect()
    }
}
