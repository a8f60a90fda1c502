use core::fmt;
use core::hash::{BuildHasher, Hash};
use core::ops::{Deref, DerefMut};
use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize, Serializer};

use super::entries::{self, Entries};
use super::entry::Entry;
use super::key::Plain;
use super::{
    CrdtNode, DigestWriter, EditError, Fingerprint, Fit, Incoming, MapKey, Misfit, NodeState,
    Scope, Segment, StateReader, StateWriter, Writing,
};
use crate::codec::DecodeError;
use crate::history::{Chains, LocalSegment};
use crate::op::Key;
use crate::schema::{self, SchemaBuilder};

/// A map whose entries are nested nodes. As a field type this is the same as `BTreeMap<K, V>`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(transparent, bound(deserialize = "K: Ord + Deserialize<'de>, V: Deserialize<'de>"))]
pub struct Map<K, V>(pub BTreeMap<K, V>);

impl<K, V> Default for Map<K, V> {
    fn default() -> Self {
        Self(BTreeMap::new())
    }
}

impl<K, V> Deref for Map<K, V> {
    type Target = BTreeMap<K, V>;

    fn deref(&self) -> &BTreeMap<K, V> {
        &self.0
    }
}

impl<K, V> DerefMut for Map<K, V> {
    fn deref_mut(&mut self) -> &mut BTreeMap<K, V> {
        &mut self.0
    }
}

impl<K, V> From<BTreeMap<K, V>> for Map<K, V> {
    fn from(entries: BTreeMap<K, V>) -> Self {
        Self(entries)
    }
}

impl<K: Ord, V> FromIterator<(K, V)> for Map<K, V> {
    fn from_iter<I: IntoIterator<Item = (K, V)>>(entries: I) -> Self {
        Self(entries.into_iter().collect())
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = std::collections::btree_map::IntoIter<K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// The state of a map: its entries, absent ones that something was written in included.
#[derive(Debug)]
pub struct MapState<K, S> {
    entries: Entries<K, Entry<S>>,
    /// How many entries are present.
    present: usize,
}

impl<K, S> Default for MapState<K, S> {
    fn default() -> Self {
        Self { entries: Entries::default(), present: 0 }
    }
}

impl<K: MapKey, S: NodeState> MapState<K, S> {
    /// The entries that are present, in the order of their keys.
    pub(super) fn present(&self) -> Present<'_, K, S> {
        Present { entries: self.entries.iter(), left: self.present }
    }

    /// Makes all entries absent but those that are kept, and those that `chosen` leaves out.
    fn remove_others<V>(
        &mut self,
        scope: Scope<'_>,
        kept: &BTreeMap<K, V>,
        chosen: impl Fn(&Entry<S>) -> bool,
    ) {
        for (key, entry) in self.entries.iter_mut() {
            if !kept.contains_key(key) && chosen(entry) {
                self.present -= usize::from(entry.remove(|| scope.key(key.to_key())));
            }
        }
    }

    /// The scope of the entry under a key that an app gives. Under one that does not come back every
    /// other replica would have something else, so no entry is made there.
    fn scope_of<'a>(&self, scope: Scope<'a>, key: &K) -> Result<Scope<'a>, EditError> {
        let scope = scope.new_key(key.to_key())?;
        if self.entries.get(key).is_none() && !comes_back(key) {
            return Err(EditError::AlteredKey(LocalSegment::key(key.to_key()).to_string()));
        }
        Ok(scope)
    }

    fn recount(&mut self, was: bool, is: bool) {
        self.present = self.present + usize::from(is) - usize::from(was);
    }
}

/// Whether a key is read from a path as it is written there.
fn comes_back<K: MapKey>(key: &K) -> bool {
    let written = key.to_key();
    let fits = match written {
        Key::Integer(integer) => (i64::MIN.into()..=u64::MAX.into()).contains(&integer),
        Key::Bool(_) | Key::Text(_) | Key::Bytes(_) => true,
    };
    fits && K::from_key(written).as_ref() == Some(key)
}

/// The entries that are present.
pub(super) struct Present<'a, K, S> {
    entries: entries::Iter<'a, K, Entry<S>>,
    left: usize,
}

impl<'a, K, S: NodeState> Iterator for Present<'a, K, S> {
    type Item = (&'a K, &'a S);

    fn next(&mut self) -> Option<(&'a K, &'a S)> {
        let (key, entry) = self.entries.find(|(_, entry)| entry.is_present())?;
        self.left -= 1;
        Some((key, &entry.state))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        (self.left, Some(self.left))
    }
}

impl<K, S: NodeState> DoubleEndedIterator for Present<'_, K, S> {
    fn next_back(&mut self) -> Option<Self::Item> {
        let (key, entry) = self.entries.rfind(|(_, entry)| entry.is_present())?;
        self.left -= 1;
        Some((key, &entry.state))
    }
}

impl<K: MapKey, S: NodeState + Default> NodeState for MapState<K, S> {
    fn apply(&mut self, path: &[Segment<'_>], op: &Incoming<'_>, chains: &Chains) -> Fit {
        let [Segment::Key(key), rest @ ..] = path else {
            return Fit::wrong_kind();
        };
        let Some(key) = K::from_key(*key) else {
            return Fit::Refused(Misfit::WrongKey);
        };
        let entry = self.entries.get_or_default(key);
        let was = entry.is_present();
        let fit = entry.apply(rest, op, chains);
        let is = entry.is_present();
        self.recount(was, is);
        fit
    }

    fn clear(&mut self, scope: Scope<'_>) {
        for (key, entry) in self.entries.iter_mut() {
            entry.remove(|| scope.key(key.to_key()));
        }
        self.present = 0;
    }

    fn is_blank(&self) -> bool {
        self.entries.iter().all(|(_, entry)| entry.is_blank())
    }

    fn digest(&self, digest: &mut DigestWriter<'_>) {
        let mut entries: Vec<_> =
            self.entries.iter().filter(|(_, entry)| !entry.is_blank()).collect();
        entries.sort_by(|a, b| a.0.to_key().cmp(&b.0.to_key()));
        for (key, entry) in entries {
            digest.key(key.to_key());
            entry.digest(digest);
        }
    }

    fn save(&self, writer: &mut StateWriter<'_>) {
        // An entry in which nothing is may have been made or not.
        let entries = || self.entries.iter().filter(|(_, entry)| !entry.is_blank());
        writer.number(entries().count());
        for (key, entry) in entries() {
            writer.key(key.to_key());
            entry.save(writer);
        }
    }

    fn load(&mut self, reader: &mut StateReader<'_>) -> Result<(), DecodeError> {
        for _ in 0..reader.number()? {
            let key: K = reader.key()?;
            if self.entries.iter().next_back().is_some_and(|(last, _)| *last >= key) {
                return Err(DecodeError::Unsorted("keys"));
            }
            let entry = self.entries.get_or_default(key);
            entry.load(reader)?;
            self.present += usize::from(entry.is_present());
        }
        Ok(())
    }
}

/// Reads a map. Entries come in the order of their keys, also those of a `HashMap`.
///
/// Whether an entry is present is never in conflict: of concurrent putting and removing, putting
/// wins, and values that are put concurrently under one key merge as any two edits of that node
/// do. What is in conflict is inside, and is asked for there: `map.get("key")` gives the view of the
/// entry's node, and that of a register or enum has `conflicts`.
pub struct MapView<'a, K: MapKey, V: CrdtNode> {
    pub(super) state: &'a MapState<K, V::State>,
    pub(super) chains: &'a Chains,
}

impl<'a, K: MapKey, V: CrdtNode> MapView<'a, K, V> {
    /// How many entries there are. O(1).
    pub fn len(&self) -> usize {
        self.state.present
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The entry of a key, if it is present. O(log n).
    pub fn get<Q>(&self, key: &Q) -> Option<V::View<'a>>
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let entry = self.state.entries.get(key).filter(|entry| entry.is_present())?;
        Some(V::view(&entry.state, self.chains))
    }

    /// Whether there is an entry of a key. O(log n).
    pub fn contains_key<Q>(&self, key: &Q) -> bool
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.get(key).is_some()
    }

    /// The entries in the order of their keys, from either end.
    pub fn iter(&self) -> MapIter<'a, K, V> {
        MapIter { entries: self.state.present(), chains: self.chains }
    }

    /// The keys in order.
    pub fn keys(&self) -> impl DoubleEndedIterator<Item = &'a K> + use<'a, K, V> {
        self.state.present().map(|(key, _)| key)
    }

    /// The values, in the order of their keys.
    pub fn values(&self) -> impl DoubleEndedIterator<Item = V::View<'a>> + use<'a, K, V> {
        self.iter().map(|(_, value)| value)
    }

    /// The map as a plain value.
    pub fn value(&self) -> BTreeMap<K, V::Value>
    where
        K: Clone,
    {
        let entries = self.state.present();
        entries.map(|(key, item)| (key.clone(), V::value(item, self.chains))).collect()
    }
}

impl<'a, K: MapKey, V: CrdtNode> IntoIterator for MapView<'a, K, V> {
    type Item = (&'a K, V::View<'a>);
    type IntoIter = MapIter<'a, K, V>;

    fn into_iter(self) -> MapIter<'a, K, V> {
        self.iter()
    }
}

impl<'a, K: MapKey, V: CrdtNode> IntoIterator for &MapView<'a, K, V> {
    type Item = (&'a K, V::View<'a>);
    type IntoIter = MapIter<'a, K, V>;

    fn into_iter(self) -> MapIter<'a, K, V> {
        self.iter()
    }
}

/// The entries of a map in the order of their keys; made by [`MapView::iter`].
pub struct MapIter<'a, K: MapKey, V: CrdtNode> {
    entries: Present<'a, K, V::State>,
    chains: &'a Chains,
}

impl<'a, K: MapKey, V: CrdtNode> Iterator for MapIter<'a, K, V> {
    type Item = (&'a K, V::View<'a>);

    fn next(&mut self) -> Option<(&'a K, V::View<'a>)> {
        self.entries.next().map(|(key, state)| (key, V::view(state, self.chains)))
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl<'a, K: MapKey, V: CrdtNode> DoubleEndedIterator for MapIter<'a, K, V> {
    fn next_back(&mut self) -> Option<(&'a K, V::View<'a>)> {
        self.entries.next_back().map(|(key, state)| (key, V::view(state, self.chains)))
    }
}

impl<K: MapKey, V: CrdtNode> ExactSizeIterator for MapIter<'_, K, V> {}

impl<K: MapKey, V: CrdtNode> fmt::Debug for MapIter<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapIter").field("left", &self.len()).finish_non_exhaustive()
    }
}

impl<K: MapKey, V: CrdtNode> Clone for MapView<'_, K, V> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: MapKey, V: CrdtNode> Copy for MapView<'_, K, V> {}

impl<'a, K: MapKey + fmt::Debug, V: CrdtNode> fmt::Debug for MapView<'a, K, V>
where
    V::View<'a>: fmt::Debug,
{
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.iter()).finish()
    }
}

/// As a map, in the order of the keys.
impl<K: MapKey, V: CrdtNode> Serialize for MapView<'_, K, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.iter().map(|(key, value)| (Plain(key), value)))
    }
}

/// Edits a map.
pub struct MapEditor<'a, K: MapKey, V: CrdtNode> {
    pub(super) state: &'a mut MapState<K, V::State>,
    pub(super) scope: Scope<'a>,
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

    fn view(&self) -> MapView<'_, K, V> {
        MapView { state: self.state, chains: self.scope.chains() }
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

    /// Edits the entry of a key; `None` if it is absent. One that others have removed, and that only
    /// a value written at the same time keeps, is put. O(log n).
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

    /// Edits every entry, in the order of the keys, up to the first for which the closure returns an
    /// error.
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

    /// Makes the entry of a key present with a value: what is known of it is cleared, also what this
    /// type does not know, then the value is written. O(log n + what clearing and writing cost).
    ///
    /// # Errors
    /// What writing the value meets.
    pub fn insert(&mut self, key: impl IntoKey<K>, value: V::Value) -> Result<(), EditError> {
        let key = key.into_key();
        self.scope.attempt(self.state, |state, scope| {
            let scope = state.scope_of(scope, &key)?;
            let entry = state.entries.get_or_default(key);
            let was = entry.is_present();
            let assigned = entry.assign::<V>(scope, value);
            state.recount(was, true);
            assigned
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
    pub(super) fn forget<Q>(&mut self, key: &Q) -> bool
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let found = self.state.entries.get_key_value(key);
        let Some((own, _)) = found.filter(|(_, entry)| entry.is_present()) else {
            return false;
        };
        self.scope.pin();
        let scope = self.scope.key(own.to_key());
        if let Some(entry) = self.state.entries.get_mut(key) {
            entry.remove(|| scope);
            self.state.present -= 1;
        }
        true
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
    pub(super) fn into_present<Q>(self, key: &Q) -> Option<(&'a mut V::State, Scope<'a>)>
    where
        K: core::borrow::Borrow<Q>,
        Q: Ord + ?Sized,
    {
        let Self { state, scope } = self;
        let (own, _) = state.entries.get_key_value(key).filter(|(_, entry)| entry.is_present())?;
        let scope = scope.key(own.to_key());
        let entry = state.entries.get_mut(key)?;
        entry.enter(scope);
        Some((&mut entry.state, scope))
    }

    /// The state and scope of an entry, which is made present if it is absent.
    pub(super) fn into_entry(self, key: K) -> Result<(&'a mut V::State, Scope<'a>), EditError> {
        let Self { state, scope } = self;
        let scope = state.scope_of(scope, &key)?;
        let entry = state.entries.get_or_default(key);
        state.present += usize::from(!entry.is_present());
        entry.enter(scope);
        Ok((&mut entry.state, scope))
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
    pub(super) fn put(&mut self, key: K) -> Result<bool, EditError> {
        self.scope.pin();
        let scope = self.state.scope_of(self.scope, &key)?;
        let entry = self.state.entries.get_or_default(key);
        let was = entry.is_present();
        entry.put(scope);
        self.state.recount(was, true);
        Ok(!was)
    }
}

impl<K: MapKey, V: CrdtNode> fmt::Debug for MapEditor<'_, K, V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MapEditor").field("len", &self.len()).finish_non_exhaustive()
    }
}

/// What can be given where a map's key is wanted: the key, or a `&str` for a `String`.
pub trait IntoKey<K> {
    /// The key.
    fn into_key(self) -> K;
}

impl<K> IntoKey<K> for K {
    fn into_key(self) -> K {
        self
    }
}

impl IntoKey<String> for &str {
    fn into_key(self) -> String {
        self.to_owned()
    }
}

/// Writes entries into a map.
pub(super) fn write<K: MapKey, V: CrdtNode>(
    state: &mut MapState<K, V::State>,
    scope: Scope<'_>,
    values: BTreeMap<K, V::Value>,
    how: Writing,
) -> Result<(), EditError> {
    match how.of_parts() {
        Writing::Difference => reconcile::<K, V>(state, scope, values),
        _ => assign::<K, V>(state, scope, values),
    }
}

/// Writes entries over a map: those that are gone are removed, all others inserted.
fn assign<K: MapKey, V: CrdtNode>(
    state: &mut MapState<K, V::State>,
    mut scope: Scope<'_>,
    values: BTreeMap<K, V::Value>,
) -> Result<(), EditError> {
    scope.pin();
    state.remove_others(scope, &values, |_| true);
    let mut editor = MapEditor::<K, V> { state, scope };
    values.into_iter().try_for_each(|(key, value)| editor.insert(key, value))
}

/// Removes the entries that are gone, inserts the new ones and edits the others where they are.
fn reconcile<K: MapKey, V: CrdtNode>(
    state: &mut MapState<K, V::State>,
    mut scope: Scope<'_>,
    values: BTreeMap<K, V::Value>,
) -> Result<(), EditError> {
    scope.pin();
    state.remove_others(scope, &values, Entry::is_present);
    for (key, value) in values {
        match state.entries.get_mut(&key).filter(|entry| entry.is_present()) {
            Some(entry) => {
                let scope = scope.key(key.to_key());
                V::write(&mut entry.state, scope, value, Writing::Difference)?;
            }
            None => MapEditor::<K, V> { state, scope }.insert(key, value)?,
        }
    }
    Ok(())
}

/// Feeds the entries, which come in the order of their keys.
pub(super) fn fingerprint<'v, K: MapKey, V: CrdtNode<Value: 'v>>(
    entries: impl ExactSizeIterator<Item = (&'v K, &'v V::Value)>,
    print: &mut Fingerprint,
) {
    print.number(entries.len());
    for (key, value) in entries {
        print.key(key.to_key());
        V::fingerprint(value, print);
    }
}

/// Describes a map.
fn describe<K: MapKey, V: CrdtNode>(schema: &mut SchemaBuilder) -> schema::Node {
    let (key, value) = (K::key_type().to_owned(), V::describe(schema));
    schema::Node::MapOf { key, value: Box::new(value) }
}

macro_rules! map_node {
    ([$($generics:tt)*] $type:ty, $value:ty, |$given:ident| $entries:expr, $sorted:expr) => {
        impl<$($generics)*> CrdtNode for $type {
            type Value = $value;
            type State = MapState<K, V::State>;
            type View<'a> = MapView<'a, K, V>;
            type Editor<'a> = MapEditor<'a, K, V>;
            type Kind = super::Nested;

            fn describe(schema: &mut SchemaBuilder) -> schema::Node {
                describe::<K, V>(schema)
            }

            fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
                MapView { state, chains }
            }

            fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
                MapEditor { state, scope }
            }

            fn value(state: &Self::State, chains: &Chains) -> Self::Value {
                state.present().map(|(key, item)| (key.clone(), V::value(item, chains))).collect()
            }

            fn write(
                state: &mut Self::State,
                scope: Scope<'_>,
                $given: Self::Value,
                how: Writing,
            ) -> Result<(), EditError> {
                write::<K, V>(state, scope, $entries, how)
            }

            fn fingerprint($given: &Self::Value, print: &mut Fingerprint) {
                fingerprint::<K, V>($sorted, print);
            }
        }
    };
}

map_node!(
    [K: MapKey + Clone, V: CrdtNode] BTreeMap<K, V>,
    BTreeMap<K, V::Value>,
    |value| value,
    value.iter()
);
map_node!(
    [K: MapKey + Clone, V: CrdtNode] Map<K, V>,
    Map<K, V::Value>,
    |value| value.0,
    value.iter()
);

// The entries are sorted before they are written: what a change says must not depend on the hasher.
map_node!(
    [K: MapKey + Clone + Hash, V: CrdtNode, S: BuildHasher + Default + 'static] HashMap<K, V, S>,
    HashMap<K, V::Value, S>,
    |value| value.into_iter().collect(),
    value.iter().collect::<BTreeMap<_, _>>().into_iter()
);
