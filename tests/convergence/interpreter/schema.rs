//! What the interpreter needs to know of a Rust type.

use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::causality::Step;

/// The type of a node. Values are JSON, as `serde_json::to_value` makes it of the Rust type.
#[derive(Clone)]
pub(crate) enum Schema {
    Register {
        /// The value of a payload; `None` if it does not decode for the type.
        read: fn(&[u8]) -> Option<Value>,
        default: Value,
    },
    Counter {
        lowest: i128,
        highest: i128,
    },
    Text,
    List(Box<Schema>),
    Map {
        /// The JSON key of a path segment; `None` if it is no key of the type.
        key: fn(&Step) -> Option<String>,
        entry: Box<Schema>,
    },
    /// `Option` of a nested node.
    Optional(Box<Schema>),
    Struct(Vec<(&'static str, Schema)>),
    Enum {
        default: &'static str,
        variants: Vec<(&'static str, Shape)>,
    },
    /// A type that contains itself.
    Recursive(fn() -> Schema),
}

/// What an enum's variant holds.
#[derive(Clone)]
pub(crate) enum Shape {
    Unit,
    Newtype(Schema),
    Tuple(Vec<Schema>),
    Struct(Vec<(&'static str, Schema)>),
}

impl Schema {
    /// A leaf that starts as its type's default.
    pub(crate) fn leaf<T: Serialize + DeserializeOwned + Default>() -> Self {
        Self::leaf_from(&T::default())
    }

    /// A leaf that starts as `default`.
    pub(crate) fn leaf_from<T: Serialize + DeserializeOwned>(default: &T) -> Self {
        Self::Register {
            read: read_leaf::<T>,
            default: serde_json::to_value(default).expect("leaves have JSON"),
        }
    }

    pub(crate) fn list(element: Self) -> Self {
        Self::List(Box::new(element))
    }

    pub(crate) fn optional(inner: Self) -> Self {
        Self::Optional(Box::new(inner))
    }

    pub(crate) fn text_map(entry: Self) -> Self {
        Self::Map {
            key: |step| match step {
                Step::Text(text) => Some(text.clone()),
                _ => None,
            },
            entry: Box::new(entry),
        }
    }

    pub(crate) fn integer_map<K: TryFrom<i128>>(entry: Self) -> Self {
        Self::Map {
            key: |step| match step {
                Step::Integer(integer) => K::try_from(*integer).ok().map(|_| integer.to_string()),
                _ => None,
            },
            entry: Box::new(entry),
        }
    }

    pub(crate) fn bool_map(entry: Self) -> Self {
        Self::Map {
            key: |step| match step {
                Step::Bool(bool) => Some(bool.to_string()),
                _ => None,
            },
            entry: Box::new(entry),
        }
    }
}

/// Reads exactly one value in CBOR.
pub(crate) fn decode<T: DeserializeOwned>(mut payload: &[u8]) -> Option<T> {
    let value = ciborium::de::from_reader_with_recursion_limit(&mut payload, 128).ok()?;
    payload.is_empty().then_some(value)
}

/// Reads a leaf and gives it as JSON.
pub(crate) fn read_leaf<T: Serialize + DeserializeOwned>(payload: &[u8]) -> Option<Value> {
    let value: T = decode(payload)?;
    Some(serde_json::to_value(value).expect("leaves have JSON"))
}
