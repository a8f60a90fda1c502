use core::fmt;
use std::collections::BTreeMap;

use super::{IntoKey, MapIter, MapState, MapView, write};
use crate::node::{CrdtNode, EditError, MapKey, NodeState, Scope, Writing};
use crate::sorted::order;

/// Edits a map.
pub struct MapEditor<'a, K: MapKey, V: CrdtNode> {
    pub(in crate::node) state: &'a mut MapState<K, V::State>,
    pub(in crate::node) scope: Scope<'a>,
}

impl<K: MapKey, V: CrdtNode> MapEditor<'_, K, V> {
    /// How many entries there are. O(1).
    pub fn len(&self) -> usize {
        self.state.present
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Views the map, as it is now.
    pub fn view(&self) -> MapView<'_, K, V> {
        MapView { state: self.state, chains: self.scope.chains() }
    }

    /// The map as a plain value.
    pub fn value(&self) -> BTreeMap<K, V::Value>
    where
        K: Clone,
    {
        self.view().value()
    }

    /// Makes the map read as plain entries: those that are gone are removed, those that are new
    /// inserted, and those in both edited where they are. What is the same is not written.
    ///
    /// # Errors
    /// What writing the values meets.
    pub fn set(
        &mut self,
        entries: impl IntoIterator<Item = (impl IntoKey<K>, V::Value)>,
    ) -> Result<(), EditError> {
        let entries = entries.into_iter().map(|(key, value)| (key.into_key(), value));
        let entries = order::map_of(entries);
        self.scope.attempt(self.state, |state, scope| {
            write::<K, V>(state, scope, entries, Writing::Difference)
        })
    }

    /// Reads the entry of a key, if it is present. O(log n).
    pub fn get<Q>(&self, key: &Q) -> Option<V::View<'_>>
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.view().get(key)
    }

    /// Reads the entries in the order of their keys, from either end.
    pub fn iter(&self) -> MapIter<'_, K, V> {
        self.view().iter()
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &K> {
        self.view().keys()
    }

    /// Reads the values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = V::View<'_>> {
        self.view().values()
    }

    /// Whether there is an entry of a key. O(log n).
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.get(key).is_some()
    }

    /// Edits the entry of a key; `None` if it is absent. One that others have removed, and that
    /// only a value written at the same time keeps, is put. O(log n).
    ///
    /// # Errors
    /// None at present.
    pub fn get_mut<Q>(&mut self, key: &Q) -> Result<Option<V::Editor<'_>>, EditError>
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let entry = self.reborrow().into_present(key);
        Ok(entry.map(|(state, scope)| V::edit(state, scope)))
    }

    /// Edits the entry of a key, as [`get_mut`](Self::get_mut) does, where it is to be there.
    ///
    /// # Errors
    /// [`EditError::NoEntry`] if it is absent.
    pub fn at<Q>(&mut self, key: &Q) -> Result<V::Editor<'_>, EditError>
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let (state, scope) = self.reborrow().into_present(key).ok_or(EditError::NoEntry)?;
        Ok(V::edit(state, scope))
    }

    /// Edits the entry of a key, which is made present with its defaults if it is absent. Two
    /// replicas that do so concurrently edit one entry. O(log n).
    ///
    /// # Errors
    /// [`EditError::KeyTooLong`], [`EditError::AlteredKey`], [`EditError::PathTooDeep`].
    pub fn entry(&mut self, key: impl IntoKey<K>) -> Result<V::Editor<'_>, EditError> {
        let (state, scope) = self.reborrow().into_entry(key.into_key())?;
        Ok(V::edit(state, scope))
    }

    /// Edits every entry, in the order of the keys, up to the first for which the closure returns
    /// an error.
    ///
    /// # Errors
    /// The closure's.
    #[doc(alias = "iter_mut")]
    #[doc(alias = "values_mut")]
    pub fn for_each(
        &mut self,
        mut edit: impl FnMut(&K, V::Editor<'_>) -> Result<(), EditError>,
    ) -> Result<(), EditError> {
        self.scope.pin();
        let MapEditor { state, scope } = self;
        for (key, entry) in state.entries.iter_mut().filter(|(_, entry)| entry.is_present()) {
            let scope = scope.key(key.to_key());
            entry.enter(scope);
            edit(key, V::edit(&mut entry.state, scope))?;
        }
        Ok(())
    }

    fn reborrow(&mut self) -> MapEditor<'_, K, V> {
        self.scope.pin();
        MapEditor { state: self.state, scope: self.scope }
    }

    /// Makes the entry of a key present with a value: what is known of it is cleared, also what
    /// this type does not know, then the value is written. O(log n + what clearing and writing
    /// cost).
    ///
    /// # Errors
    /// What writing the value meets.
    pub fn insert(&mut self, key: impl IntoKey<K>, value: V::Value) -> Result<(), EditError> {
        let key = key.into_key();
        self.scope.attempt(self.state, |state, scope| {
            state.assign_with(scope, key, |state, scope| {
                V::write(state, scope, value, Writing::Anew)
            })
        })
    }

    /// Makes inserts of several entries, all of them or, if one fails, none.
    ///
    /// # Errors
    /// What writing the values meets.
    pub fn extend(
        &mut self,
        entries: impl IntoIterator<Item = (impl IntoKey<K>, V::Value)>,
    ) -> Result<(), EditError> {
        self.scope.attempt(self.state, |state, scope| {
            let mut editor = MapEditor::<K, V> { state, scope };
            entries.into_iter().try_for_each(|(key, value)| editor.insert(key, value))
        })
    }

    /// Makes the entry of a key absent and gives the value it had; `None` if it was absent already.
    /// A put that is concurrent to this keeps it. O(log n + size of the value).
    ///
    /// # Errors
    /// None at present.
    pub fn remove<Q>(&mut self, key: &Q) -> Result<Option<V::Value>, EditError>
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let chains = self.scope.chains();
        let found = self.state.entries.get(key).filter(|entry| entry.is_present());
        let value = found.map(|entry| V::value(&entry.state, chains));
        self.forget(key);
        Ok(value)
    }

    /// Makes the entry of a key absent; says whether it was present.
    pub(in crate::node) fn forget<Q>(&mut self, key: &Q) -> bool
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.scope.pin();
        self.state.remove_key(self.scope, key)
    }

    /// Makes absent every entry that the closure does not want to keep.
    ///
    /// # Errors
    /// None at present.
    pub fn retain(
        &mut self,
        mut keep: impl FnMut(&K, V::View<'_>) -> bool,
    ) -> Result<(), EditError> {
        self.scope.pin();
        let MapEditor { state, scope } = self;
        for (key, entry) in state.entries.iter_mut().filter(|(_, entry)| entry.is_present()) {
            if !keep(key, V::view(&entry.state, scope.chains())) {
                entry.remove(|| scope.key(key.to_key()));
                state.present -= 1;
            }
        }
        Ok(())
    }

    /// Makes every entry absent. A put that is concurrent to this keeps its entry.
    ///
    /// # Errors
    /// None at present.
    pub fn clear(&mut self) -> Result<(), EditError> {
        self.scope.pin();
        self.state.clear(self.scope);
        Ok(())
    }
}

impl<'a, K: MapKey, V: CrdtNode> MapEditor<'a, K, V> {
    /// The state and scope of an entry that is present.
    pub(in crate::node) fn into_present<Q>(self, key: &Q) -> Option<(&'a mut V::State, Scope<'a>)>
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.state.enter_present(self.scope, key)
    }

    /// The state and scope of an entry, which is made present if it is absent.
    pub(in crate::node) fn into_entry(
        self,
        key: K,
    ) -> Result<(&'a mut V::State, Scope<'a>), EditError> {
        self.state.enter(self.scope, key)
    }
}

impl<'a, K: MapKey, V: CrdtNode> IntoIterator for &'a MapEditor<'_, K, V> {
    type Item = (&'a K, V::View<'a>);
    type IntoIter = MapIter<'a, K, V>;

    fn into_iter(self) -> MapIter<'a, K, V> {
        self.iter()
    }
}

impl<K: MapKey> MapEditor<'_, K, ()> {
    /// Makes a key present, also if it is already; says whether it was absent.
    pub(in crate::node) fn put(&mut self, key: K) -> Result<bool, EditError> {
        self.scope.pin();
        self.state.put_key(self.scope, key)
    }
}

impl<K: MapKey, V: CrdtNode> fmt::Debug for MapEditor<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapEditor").field("len", &self.len()).finish_non_exhaustive()
    }
}
