//! Views of counters, lists, maps, sets, options and JSON are compared with plain values and with
//! each other, part by part, without making the plain value.

use core::cmp::Ordering;
use core::hash::{BuildHasher, Hash};
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};

use super::{
    Counter, CounterEditor, CounterInteger, CounterView, CrdtNode, Json, JsonView, List, ListView,
    Map, MapKey, MapView, OptionView, SetView,
};

macro_rules! counters {
    ($($reader:ident)*) => {$(
        impl<T: CounterInteger + PartialEq> PartialEq<T> for $reader<'_, T> {
            fn eq(&self, other: &T) -> bool {
                self.get() == *other
            }
        }

        impl PartialEq<Counter> for $reader<'_> {
            fn eq(&self, other: &Counter) -> bool {
                self.get() == other.0
            }
        }

        impl<T: CounterInteger + PartialEq> PartialEq<CounterView<'_, T>> for $reader<'_, T> {
            fn eq(&self, other: &CounterView<'_, T>) -> bool {
                self.get() == other.get()
            }
        }

        impl<T: CounterInteger + PartialOrd> PartialOrd<T> for $reader<'_, T> {
            fn partial_cmp(&self, other: &T) -> Option<Ordering> {
                self.get().partial_cmp(other)
            }
        }

        impl<T: CounterInteger + PartialOrd> PartialOrd<CounterView<'_, T>> for $reader<'_, T> {
            fn partial_cmp(&self, other: &CounterView<'_, T>) -> Option<Ordering> {
                self.get().partial_cmp(&other.get())
            }
        }
    )*};
}

counters!(CounterView CounterEditor);

macro_rules! lists {
    ($([$($generics:tt)*] $other:ty;)*) => {$(
        impl<'a, T: CrdtNode, U $($generics)*> PartialEq<$other> for ListView<'a, T>
        where
            T::View<'a>: PartialEq<U>,
        {
            fn eq(&self, other: &$other) -> bool {
                self.len() == other.len() && self.iter().zip(other.iter()).all(|(a, b)| a == *b)
            }
        }
    )*};
}

lists! {
    [] Vec<U>;
    [] VecDeque<U>;
    [] List<U>;
    [] [U];
    [] &[U];
    [, const N: usize] [U; N];
}

impl<'a, 'b, T: CrdtNode> PartialEq<ListView<'b, T>> for ListView<'a, T>
where
    T::View<'a>: PartialEq<T::View<'b>>,
{
    fn eq(&self, other: &ListView<'b, T>) -> bool {
        self.len() == other.len() && self.iter().zip(other.iter()).all(|(a, b)| a == b)
    }
}

macro_rules! maps {
    ($([$($generics:tt)*] $other:ty $(where $key:ident: $bound:ident)?;)*) => {$(
        impl<'a, K: MapKey, V: CrdtNode, U, $($generics)*> PartialEq<$other> for MapView<'a, K, V>
        where
            V::View<'a>: PartialEq<U>,
            $($key: $bound,)?
        {
            fn eq(&self, other: &$other) -> bool {
                let is_same = |(key, value)| other.get(key).is_some_and(|other| value == *other);
                self.len() == other.len() && self.iter().all(is_same)
            }
        }
    )*};
}

maps! {
    [] BTreeMap<K, U>;
    [] Map<K, U>;
    [S: BuildHasher] HashMap<K, U, S> where K: Hash;
}

impl<'a, 'b, K: MapKey, V: CrdtNode> PartialEq<MapView<'b, K, V>> for MapView<'a, K, V>
where
    V::View<'a>: PartialEq<V::View<'b>>,
{
    fn eq(&self, other: &MapView<'b, K, V>) -> bool {
        let mut pairs = self.iter().zip(other.iter());
        self.len() == other.len() && pairs.all(|((a, x), (b, y))| a == b && x == y)
    }
}

impl<K: MapKey> PartialEq<BTreeSet<K>> for SetView<'_, K> {
    fn eq(&self, other: &BTreeSet<K>) -> bool {
        self.len() == other.len() && self.iter().eq(other)
    }
}

impl<K: MapKey + Hash, S: BuildHasher> PartialEq<HashSet<K, S>> for SetView<'_, K> {
    fn eq(&self, other: &HashSet<K, S>) -> bool {
        self.len() == other.len() && self.iter().all(|element| other.contains(element))
    }
}

impl<K: MapKey> PartialEq<SetView<'_, K>> for SetView<'_, K> {
    fn eq(&self, other: &SetView<'_, K>) -> bool {
        self.len() == other.len() && self.iter().eq(other.iter())
    }
}

impl<'a, T: CrdtNode> PartialEq<Option<T::Value>> for OptionView<'a, T>
where
    T::View<'a>: PartialEq<T::Value>,
{
    fn eq(&self, other: &Option<T::Value>) -> bool {
        match (self.get(), other) {
            (Some(node), Some(other)) => node == *other,
            (node, other) => node.is_none() && other.is_none(),
        }
    }
}

impl<'a, 'b, T: CrdtNode> PartialEq<OptionView<'b, T>> for OptionView<'a, T>
where
    T::View<'a>: PartialEq<T::View<'b>>,
{
    fn eq(&self, other: &OptionView<'b, T>) -> bool {
        match (self.get(), other.get()) {
            (Some(node), Some(other)) => node == other,
            (node, other) => node.is_none() && other.is_none(),
        }
    }
}

impl PartialEq<Json> for JsonView<'_> {
    fn eq(&self, other: &Json) -> bool {
        *self == other.0
    }
}

impl PartialEq<JsonView<'_>> for JsonView<'_> {
    fn eq(&self, other: &JsonView<'_>) -> bool {
        self.value() == other.value()
    }
}
