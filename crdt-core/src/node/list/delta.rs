use super::ListState;
use crate::history::Chains;
use crate::node::NodeState;
use crate::op::Id;

impl<S: NodeState + Default> ListState<S> {
    /// The elements in order, with their names.
    pub(in crate::node) fn items(&self, chains: &Chains) -> Vec<(Id, &S)> {
        self.elements.look(chains).items().collect()
    }
}
