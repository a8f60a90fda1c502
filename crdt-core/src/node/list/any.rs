//! Lists whose type is not at hand.

use core::ops::Range;

use super::ListState;
use super::editor::{SeedOf, insert_seeded};
use super::moving::{move_before, move_range};
use crate::history::Chains;
use crate::node::by_path::AnyList;
use crate::node::cursor::{cursor_at, resolve};
use crate::node::edit::delete_at;
use crate::node::{Cursor, EditError, NodeState, Resolved, Scope};
use crate::op::{Id, Side};

impl<S: NodeState + Default> AnyList for ListState<S> {
    fn count(&self, chains: &Chains) -> usize {
        self.elements.look(chains).len()
    }

    fn id_at(&self, position: usize, chains: &Chains) -> Option<Id> {
        self.elements.look(chains).id_at(position)
    }

    fn position(&self, element: Id, chains: &Chains) -> Option<usize> {
        self.elements.look(chains).position(element)
    }

    fn item_at(&self, position: usize, chains: &Chains) -> Option<&dyn NodeState> {
        self.elements.look(chains).item_at(position).map(|state| state as &dyn NodeState)
    }

    fn each(&self, chains: &Chains, show: &mut dyn FnMut(Id, &dyn NodeState)) {
        self.elements.look(chains).items().for_each(|(id, state)| show(id, state));
    }

    fn cursor(&self, position: usize, side: Side, chains: &Chains) -> Option<Cursor> {
        cursor_at(self.elements.look(chains), position, side, chains)
    }

    fn resolve(&self, cursor: Cursor, chains: &Chains) -> Option<Resolved> {
        resolve(self.elements.look(chains), cursor, chains)
    }

    fn blank(&self) -> Box<dyn NodeState> {
        Box::<S>::default()
    }

    fn item_at_mut(&mut self, position: usize, chains: &Chains) -> Option<&mut dyn NodeState> {
        let state = self.elements.edit(chains).item_at_mut(position)?;
        Some(state)
    }

    fn insert(
        &mut self,
        scope: Scope<'_>,
        position: usize,
        count: usize,
        seed: SeedOf<'_>,
    ) -> Result<(), EditError> {
        insert_seeded(self, scope, position, count, seed)
    }

    fn delete(&mut self, mut scope: Scope<'_>, range: Range<usize>) -> Result<(), EditError> {
        delete_at(self.elements.edit(scope.chains()), &mut scope, range)
    }

    fn move_range(
        &mut self,
        scope: Scope<'_>,
        range: Range<usize>,
        to: usize,
    ) -> Result<(), EditError> {
        move_range(self, scope, range, to)
    }

    fn move_before(
        &mut self,
        scope: Scope<'_>,
        range: Range<usize>,
        gap: usize,
    ) -> Result<(), EditError> {
        move_before(self, scope, range, gap)
    }
}
