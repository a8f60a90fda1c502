//! Maps and sets whose type is not at hand.

use core::any::TypeId;

use super::MapState;
use crate::node::by_path::{AnyMap, Place, WriteEntry};
use crate::node::{EditError, MapKey, NodeState, Scope};
use crate::op::Key;

/// The key, if it is one of the type and is read back as it is.
fn own_key<K: MapKey>(key: Key<'_>) -> Option<K> {
    K::from_key(key).filter(|own| own.to_key() == key)
}

impl<K: MapKey, S: NodeState + Default> AnyMap for MapState<K, S> {
    fn count(&self) -> usize {
        self.present
    }

    fn is_set(&self) -> bool {
        TypeId::of::<S>() == TypeId::of::<()>()
    }

    fn takes(&self, key: Key<'_>) -> bool {
        own_key::<K>(key).is_some()
    }

    fn get(&self, key: Key<'_>) -> Option<&dyn NodeState> {
        let state = MapState::get(self, &own_key::<K>(key)?)?;
        Some(state)
    }

    fn each(&self, show: &mut dyn FnMut(Key<'_>, &dyn NodeState)) {
        self.present().for_each(|(key, state)| show(key.to_key(), state));
    }

    fn blank(&self) -> Box<dyn NodeState> {
        Box::<S>::default()
    }

    fn get_mut(&mut self, key: Key<'_>) -> Option<&mut dyn NodeState> {
        let entry = self.entries.get_mut(&own_key::<K>(key)?).filter(|entry| entry.is_present())?;
        Some(&mut entry.state)
    }

    fn present<'s>(&'s mut self, scope: Scope<'s>, key: Key<'_>) -> Option<Place<'s>> {
        let (state, scope) = self.enter_present(scope, &own_key::<K>(key)?)?;
        Some((state, scope))
    }

    fn entry<'s>(
        &'s mut self,
        scope: Scope<'s>,
        key: Key<'_>,
    ) -> Result<Option<Place<'s>>, EditError> {
        let Some(key) = own_key::<K>(key) else { return Ok(None) };
        let (state, scope) = self.enter(scope, key)?;
        Ok(Some((state, scope)))
    }

    fn put(&mut self, scope: Scope<'_>, key: Key<'_>) -> Result<(), EditError> {
        own_key::<K>(key).map_or(Ok(()), |key| self.put_key(scope, key).map(drop))
    }

    fn assign(
        &mut self,
        scope: Scope<'_>,
        key: Key<'_>,
        write: WriteEntry<'_>,
    ) -> Result<(), EditError> {
        let Some(key) = own_key::<K>(key) else { return Ok(()) };
        self.assign_with(scope, key, |state, scope| write(state, scope))
    }

    fn remove(&mut self, scope: Scope<'_>, key: Key<'_>) -> bool {
        own_key::<K>(key).is_some_and(|key| self.remove_key(scope, &key))
    }

    fn remove_others(&mut self, scope: Scope<'_>, keep: &dyn Fn(Key<'_>) -> bool, present: bool) {
        let kept = |key: &K| keep(key.to_key());
        MapState::remove_others(self, scope, kept, |entry| !present || entry.is_present());
    }
}
