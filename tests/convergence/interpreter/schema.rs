//! What the interpreter needs to know of a Rust type.

use ciborium::Value as Cbor;
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::causality::Step;
use super::spelling;

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
    /// Any JSON.
    Json,
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
        Self::Map { key: text_key, entry: Box::new(entry) }
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

pub(crate) fn text_key(step: &Step) -> Option<String> {
    match step {
        Step::Text(text) => Some(text.clone()),
        _ => None,
    }
}

/// What a JSON node is.
#[derive(Clone, PartialEq)]
pub(crate) enum Form {
    Object,
    Array,
    Text,
    Whole(Value),
}

/// Reads what a JSON node is to be; `None` if that is no JSON.
pub(crate) fn read_form(payload: &[u8]) -> Option<Form> {
    Some(match decode(payload)? {
        Cbor::Map(entries) if entries.is_empty() => Form::Object,
        Cbor::Array(items) if items.is_empty() => Form::Array,
        Cbor::Bytes(bytes) if bytes.is_empty() => Form::Text,
        whole => Form::Whole(read_json(&whole)?),
    })
}

fn read_json(cbor: &Cbor) -> Option<Value> {
    match cbor {
        Cbor::Null => Some(Value::Null),
        Cbor::Bool(bool) => Some(Value::Bool(*bool)),
        Cbor::Text(text) => Some(Value::String(text.clone())),
        Cbor::Float(float) if float.is_finite() => Some(serde_json::json!(float)),
        Cbor::Integer(integer) => match i128::from(*integer) {
            small if small < 0 => i64::try_from(small).ok().map(Value::from),
            large => u64::try_from(large).ok().map(Value::from),
        },
        Cbor::Array(items) => items.iter().map(read_json).collect(),
        Cbor::Map(entries) => {
            let mut object = serde_json::Map::new();
            for (key, value) in entries {
                let Cbor::Text(key) = key else { return None };
                let before = object.insert(key.clone(), read_json(value)?);
                if before.is_some() {
                    return None;
                }
            }
            Some(Value::Object(object))
        }
        _ => None,
    }
}

/// Reads exactly one value in CBOR, in its one spelling.
pub(crate) fn decode<T: DeserializeOwned>(payload: &[u8]) -> Option<T> {
    spelling::read(payload)?;
    ciborium::from_reader(payload).ok()
}

/// Reads a leaf and gives it as JSON.
pub(crate) fn read_leaf<T: Serialize + DeserializeOwned>(payload: &[u8]) -> Option<Value> {
    let value: T = decode(payload)?;
    Some(serde_json::to_value(value).expect("leaves have JSON"))
}
