use core::borrow::Borrow;
use core::fmt;
use core::hash::{BuildHasher, Hash};
use std::collections::{BTreeMap, BTreeSet, HashSet};

use serde::{Serialize, Serializer};

use super::delta::{set_delta, touched_set};
use super::key::Plain;
use super::map::{fingerprint, write};
use super::{
    Argument, Before, Blame, CrdtNode, DeltaError, EditError, Fingerprint, IntoKey, MapEditor,
    MapIter, MapKey, MapState, MapView, Scope, SetDelta, Writing,
};
use crate::history::Chains;
use crate::schema::{self, SchemaBuilder};
use crate::sorted::order;

/// Reads a set. Elements come in their order, also those of a `HashSet`.
///
/// A set is a map whose entries have nothing in them: what is inserted concurrently with its
/// removal stays.
pub struct SetView<'a, K: MapKey> {
    map: MapView<'a, K, ()>,
}

impl<'a, K: MapKey> SetView<'a, K> {
    /// How many elements there are. O(1).
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Whether an element is in the set. O(log n).
    pub fn contains<Q>(&self, element: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.map.contains_key(element)
    }

    /// Who inserted an element, and in which change; `None` if it is not in the set. O(log n).
    pub fn blame<Q>(&self, element: &Q) -> Option<Blame>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.map.blame(element)
    }

    /// The elements in order, from either end.
    pub fn iter(&self) -> SetIter<'a, K> {
        SetIter { entries: self.map.iter() }
    }

    /// The set as a plain value.
    pub fn value(&self) -> BTreeSet<K>
    where
        K: Clone,
    {
        order::set_of(self.iter().cloned())
    }

    /// The lowest element.
    pub fn first(&self) -> Option<&'a K> {
        self.iter().next()
    }

    /// The highest element.
    pub fn last(&self) -> Option<&'a K> {
        self.iter().next_back()
    }
}

impl<'a, K: MapKey> IntoIterator for SetView<'a, K> {
    type Item = &'a K;
    type IntoIter = SetIter<'a, K>;

    fn into_iter(self) -> SetIter<'a, K> {
        self.iter()
    }
}

impl<'a, K: MapKey> IntoIterator for &SetView<'a, K> {
    type Item = &'a K;
    type IntoIter = SetIter<'a, K>;

    fn into_iter(self) -> SetIter<'a, K> {
        self.iter()
    }
}

/// The elements of a set in order; made by [`SetView::iter`].
pub struct SetIter<'a, K: MapKey> {
    entries: MapIter<'a, K, ()>,
}

impl<'a, K: MapKey> Iterator for SetIter<'a, K> {
    type Item = &'a K;

    fn next(&mut self) -> Option<&'a K> {
        self.entries.next().map(|(key, ())| key)
    }

    fn size_hint(&self) -> (usize, Option<usize>) {
        self.entries.size_hint()
    }
}

impl<'a, K: MapKey> DoubleEndedIterator for SetIter<'a, K> {
    fn next_back(&mut self) -> Option<&'a K> {
        self.entries.next_back().map(|(key, ())| key)
    }
}

impl<K: MapKey> ExactSizeIterator for SetIter<'_, K> {}

impl<K: MapKey> fmt::Debug for SetIter<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetIter").field("left", &self.len()).finish_non_exhaustive()
    }
}

impl<K: MapKey> Clone for SetView<'_, K> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: MapKey> Copy for SetView<'_, K> {}

impl<K: MapKey + fmt::Debug> fmt::Debug for SetView<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

/// As a sequence, in order.
impl<K: MapKey> Serialize for SetView<'_, K> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter().map(Plain))
    }
}

/// Edits a set.
pub struct SetEditor<'a, K: MapKey> {
    map: MapEditor<'a, K, ()>,
}

impl<K: MapKey> SetEditor<'_, K> {
    /// How many elements there are. O(1).
    pub fn len(&self) -> usize {
        self.map.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.map.is_empty()
    }

    /// Views the set, as it is now.
    pub fn view(&self) -> SetView<'_, K> {
        SetView { map: self.map.view() }
    }

    /// The set as a plain value.
    pub fn value(&self) -> BTreeSet<K>
    where
        K: Clone,
    {
        self.view().value()
    }

    /// Makes the set hold these elements: those that are gone are removed, those that are new
    /// inserted, all others left as they are.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn set(
        &mut self,
        elements: impl IntoIterator<Item = impl IntoKey<K>>,
    ) -> Result<(), EditError> {
        self.map.set(elements.into_iter().map(|element| (element, ())))
    }

    /// The lowest element.
    pub fn first(&self) -> Option<&K> {
        self.view().first()
    }

    /// The highest element.
    pub fn last(&self) -> Option<&K> {
        self.view().last()
    }

    /// Whether an element is in the set. O(log n).
    pub fn contains<Q>(&self, element: &Q) -> bool
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        self.map.contains_key(element)
    }

    /// Reads the elements in order, from either end.
    pub fn iter(&self) -> SetIter<'_, K> {
        SetIter { entries: self.map.iter() }
    }

    /// Inserts an element; says whether it was absent. One that is present is inserted again, so
    /// that it outlives a removal that is concurrent to this. O(log n).
    ///
    /// # Errors
    /// [`EditError::KeyTooLong`], [`EditError::AlteredKey`], [`EditError::PathTooDeep`].
    pub fn insert(&mut self, element: impl IntoKey<K>) -> Result<bool, EditError> {
        self.map.put(element.into_key())
    }

    /// Inserts elements, all of them or, if one fails, none.
    ///
    /// # Errors
    /// As [`insert`](Self::insert).
    pub fn extend(
        &mut self,
        elements: impl IntoIterator<Item = impl IntoKey<K>>,
    ) -> Result<(), EditError> {
        self.map.extend(elements.into_iter().map(|element| (element, ())))
    }

    /// Removes an element; says whether it was present. An insert that is concurrent to this keeps
    /// it. O(log n).
    ///
    /// # Errors
    /// None at present.
    pub fn remove<Q>(&mut self, element: &Q) -> Result<bool, EditError>
    where
        K: Borrow<Q>,
        Q: Ord + ?Sized,
    {
        Ok(self.map.forget(element))
    }

    /// Removes every element that the closure does not want to keep.
    ///
    /// # Errors
    /// None at present.
    pub fn retain(&mut self, mut keep: impl FnMut(&K) -> bool) -> Result<(), EditError> {
        self.map.retain(|element, ()| keep(element))
    }

    /// Removes every element. An insert that is concurrent to this keeps its element.
    ///
    /// # Errors
    /// None at present.
    pub fn clear(&mut self) -> Result<(), EditError> {
        self.map.clear()
    }
}

impl<'a, K: MapKey> IntoIterator for &'a SetEditor<'_, K> {
    type Item = &'a K;
    type IntoIter = SetIter<'a, K>;

    fn into_iter(self) -> SetIter<'a, K> {
        self.iter()
    }
}

impl<K: MapKey> fmt::Debug for SetEditor<'_, K> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SetEditor").field("len", &self.len()).finish_non_exhaustive()
    }
}

macro_rules! set_node {
    ([$($generics:tt)*] $type:ty) => {
        impl<$($generics)*> CrdtNode for $type {
            type Value = Self;
            type State = MapState<K, ()>;
            type View<'a> = SetView<'a, K>;
            type Editor<'a> = SetEditor<'a, K>;
            type Delta = SetDelta<K>;
            type Kind = super::Nested;
            const NAME: &'static str = "Set";
            // A set is a map to nothing.
            const ALIASES: &'static [&'static str] = &["Map"];
            const ARGUMENTS: &'static [Argument] = &[Argument::key::<K>()];

            fn describe(_: &mut SchemaBuilder) -> schema::Node {
                schema::Node::SetOf(K::key_type().to_owned())
            }

            fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
                SetView { map: MapView { state, chains } }
            }

            fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
                SetEditor { map: MapEditor { state, scope } }
            }

            fn value_of(view: SetView<'_, K>) -> Self {
                let mut value = Self::default();
                value.extend(view.iter().cloned());
                value
            }

            fn view_of<'a>(editor: &'a SetEditor<'_, K>) -> SetView<'a, K> {
                editor.view()
            }

            fn write_in(
                editor: &mut SetEditor<'_, K>,
                value: Self,
                how: Writing,
            ) -> Result<(), EditError> {
                let SetEditor { map: MapEditor { state, scope } } = editor;
                let mut entries = BTreeMap::new();
                entries.extend(value.into_iter().map(|key| (key, ())));
                write::<K, ()>(state, *scope, entries, how)
            }

            fn delta(
                before: Before<'_, Self::State>,
                after: &Self::State,
                _: &Chains,
            ) -> Option<SetDelta<K>> {
                let keys = |(key, &()): (_, &())| key;
                match before {
                    Before::State(before) => {
                        set_delta(before.present().map(keys), after.present().map(keys))
                    }
                    Before::Touched(touched) => touched_set(touched, |key| after.get(key).is_some()),
                }
            }

            fn apply_delta(value: &mut Self, delta: &SetDelta<K>) -> Result<(), DeltaError> {
                delta.apply_to(value, Self::insert, |set, key| set.remove(key))
            }

            fn copy_value(value: &Self) -> Self {
                let mut copy = Self::default();
                copy.extend(value.iter().cloned());
                copy
            }

            fn serialize_value<Z: Serializer>(
                value: &Self,
                serializer: Z,
            ) -> Result<Z::Ok, Z::Error> {
                let mut sorted = BTreeSet::new();
                sorted.extend(value);
                serializer.collect_seq(sorted.into_iter().map(Plain))
            }

            fn fingerprint(value: &Self, print: &mut Fingerprint) {
                let mut sorted = BTreeMap::new();
                sorted.extend(value.iter().map(|key| (key, &())));
                fingerprint::<K, ()>(sorted.into_iter(), print);
            }
        }
    };
}

set_node!([K: MapKey + Clone] BTreeSet<K>);
set_node!([K: MapKey + Clone + Hash, S: BuildHasher + Default + 'static] HashSet<K, S>);
