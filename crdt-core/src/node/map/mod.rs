//! Maps, whose entries are nested nodes.

#[cfg(feature = "by-path")]
mod any;
mod editor;
mod state;
mod view;

use core::hash::{BuildHasher, Hash};
use core::ops::{Deref, DerefMut};
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize, Serializer};

pub use editor::MapEditor;
pub use state::MapState;
pub use view::{MapIter, MapView};

use super::delta::{map_delta, touched_map};
use super::entry::Entry;
use super::key::Plain;
use super::{
    Argument, Before, CrdtNode, DeltaError, EditError, Fingerprint, MapDelta, MapKey, Scope,
    ValueOf, Writing,
};
use crate::history::Chains;
use crate::schema::{self, SchemaBuilder};
use crate::sorted::order;

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
        Self(order::map_of(entries))
    }
}

impl<K, V> IntoIterator for Map<K, V> {
    type Item = (K, V);
    type IntoIter = std::collections::btree_map::IntoIter<K, V>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

/// What can be given where a map's key is wanted: the key, or for a `String` a `&str`, `&String`,
/// `Box<str>` or `Cow<str>`.
#[diagnostic::on_unimplemented(
    message = "a key of type `{K}` cannot be `{Self}`",
    label = "not `{K}`",
    note = "what is behind a reference is given by `*` or `.clone()`"
)]
pub trait IntoKey<K> {
    /// The key.
    fn into_key(self) -> K;
}

impl<K> IntoKey<K> for K {
    fn into_key(self) -> K {
        self
    }
}

macro_rules! strings {
    ($($string:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl IntoKey<String> for $string {
            fn into_key(self) -> String {
                self.into()
            }
        }
    )*};
}

strings!(&str &String Box<str> Cow<'_, str>);

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
    state.remove_others(scope, |key| values.contains_key(key), |_| true);
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
    state.remove_others(scope, |key| values.contains_key(key), Entry::is_present);
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

/// The delta of a map.
fn delta_of<K: MapKey + Clone, V: CrdtNode>(
    before: Before<'_, MapState<K, V::State>>,
    after: &MapState<K, V::State>,
    chains: &Chains,
) -> Option<MapDelta<K, V>> {
    match before {
        Before::State(before) => {
            let cloned = |(key, item): (&K, _)| (key.clone(), item);
            let value = |item: &V::State| V::value(item, chains);
            let delta = |before, after: &_| V::delta(Before::State(before), after, chains);
            map_delta(before.present().map(cloned), after.present().map(cloned), value, delta)
        }
        Before::Touched(touched) => touched_map(touched, |key| after.get(key), chains),
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
            type Delta = MapDelta<K, V>;
            type Kind = super::Nested;
            const NAME: &'static str = "Map";
            const ALIASES: &'static [&'static str] = &["Set"];
            const ARGUMENTS: &'static [Argument] = &[Argument::key::<K>(), Argument::node::<V>()];

            fn describe(schema: &mut SchemaBuilder) -> schema::Node {
                describe::<K, V>(schema)
            }

            fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
                MapView { state, chains }
            }

            fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
                MapEditor { state, scope }
            }

            fn value_of(view: Self::View<'_>) -> Self::Value {
                // One by one: to collect them would bring in a sort for each type.
                let mut value = Self::Value::default();
                let entries = view.state.present();
                value.extend(entries.map(|(key, item)| (key.clone(), V::value(item, view.chains))));
                value
            }

            fn view_of<'a>(editor: &'a Self::Editor<'_>) -> Self::View<'a> {
                editor.view()
            }

            fn write_in(
                editor: &mut Self::Editor<'_>,
                $given: Self::Value,
                how: Writing,
            ) -> Result<(), EditError> {
                write::<K, V>(editor.state, editor.scope, $entries, how)
            }

            fn delta(
                before: Before<'_, Self::State>,
                after: &Self::State,
                chains: &Chains,
            ) -> Option<MapDelta<K, V>> {
                delta_of::<K, V>(before, after, chains)
            }

            fn apply_delta(
                value: &mut Self::Value,
                delta: &MapDelta<K, V>,
            ) -> Result<(), DeltaError> {
                delta.apply_to(
                    value,
                    |map, key| map.remove(key),
                    |map, key, value| drop(map.insert(key.clone(), value)),
                )
            }

            fn copy_value(value: &Self::Value) -> Self::Value {
                let mut copy = Self::Value::default();
                copy.extend(value.iter().map(|(key, value)| (key.clone(), V::copy_value(value))));
                copy
            }

            fn serialize_value<Z: Serializer>(
                $given: &Self::Value,
                serializer: Z,
            ) -> Result<Z::Ok, Z::Error> {
                let entries = $sorted;
                serializer.collect_map(entries.map(|(key, value)| (Plain(key), ValueOf::<V>(value))))
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
    order::map_of(value.iter()).into_iter()
);
