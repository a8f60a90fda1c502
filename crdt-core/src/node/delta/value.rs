use core::fmt;

use ciborium::Value;
use serde::{Serialize, Serializer};

use crate::node::{CrdtNode, Fingerprint};

/// A plain value of a node, to serialize.
pub struct ValueOf<'v, N: CrdtNode>(pub &'v N::Value);

impl<N: CrdtNode> Serialize for ValueOf<'_, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        N::serialize_value(self.0, serializer)
    }
}

/// As [`Printed`].
impl<N: CrdtNode> fmt::Debug for ValueOf<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        Printed(self).fmt(f)
    }
}

/// Some plain values of a node, to serialize and print.
pub(super) struct ValuesOf<'v, N: CrdtNode>(pub(super) &'v [N::Value]);

impl<N: CrdtNode> Serialize for ValuesOf<'_, N> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.0.iter().map(ValueOf::<N>))
    }
}

impl<N: CrdtNode> fmt::Debug for ValuesOf<'_, N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(ValueOf::<N>)).finish()
    }
}

/// Copies of some plain values of a node.
pub(super) fn copies<N: CrdtNode>(values: &[N::Value]) -> Vec<N::Value> {
    values.iter().map(N::copy_value).collect()
}

/// Whether two plain values of a node are the same.
pub(super) fn same<N: CrdtNode>(a: &N::Value, b: &N::Value) -> bool {
    Fingerprint::same::<N>(a, b)
}

/// Prints what serde writes of a value that may have no `Debug`: maps, sequences and what is in
/// them, without the names of types.
pub(super) struct Printed<'v, T>(pub(super) &'v T);

impl<T: Serialize> fmt::Debug for Printed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Value::serialized(self.0) {
            Ok(value) => Tree(&value).fmt(f),
            Err(_) => f.write_str(".."),
        }
    }
}

/// Nests no deeper than the value that it was made of.
struct Tree<'v>(&'v Value);

impl fmt::Debug for Tree<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            Value::Null => f.write_str("None"),
            Value::Bool(bool) => bool.fmt(f),
            Value::Integer(integer) => i128::from(*integer).fmt(f),
            Value::Float(float) => float.fmt(f),
            Value::Text(text) => text.fmt(f),
            Value::Bytes(bytes) => bytes.fmt(f),
            Value::Array(items) => f.debug_list().entries(items.iter().map(Tree)).finish(),
            Value::Map(entries) => {
                let entries = entries.iter().map(|(key, value)| (Tree(key), Tree(value)));
                f.debug_map().entries(entries).finish()
            }
            Value::Tag(_, value) => Tree(value).fmt(f),
            _ => f.write_str(".."),
        }
    }
}
