use super::ListState;
use crate::history::Chains;
use crate::node::NodeState;
use crate::op::Id;
use crate::sequence::{Items, Sequence};

impl<S: NodeState + Default> ListState<S> {
    /// The elements in order, to look for some of them.
    pub(in crate::node) fn sequence(&self, chains: &Chains) -> &Sequence<Items<S>> {
        self.elements.look(chains)
    }

    /// The elements in order, with their names.
    pub(in crate::node) fn items(&self, chains: &Chains) -> Vec<(Id, &S)> {
        self.elements.look(chains).items().collect()
    }
}
