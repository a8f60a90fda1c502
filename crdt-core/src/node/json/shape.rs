use core::fmt;

use ciborium::Value as Cbor;
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde_json::{Map, Number, Value};

use super::Json;

/// What a node is: the value of its register.
///
/// In CBOR an empty map stands for an object, an empty array for an array and empty bytes for a
/// text; what they hold is kept beside the register. Anything else is a value that is written as a
/// whole: a scalar, or an array or object that is not empty, which another type has written.
#[derive(Clone, Debug)]
pub(in crate::node) enum Shape {
    Object,
    Array,
    Text,
    Whole(Json),
}

impl Default for Shape {
    fn default() -> Self {
        Self::Whole(Json(Value::Null))
    }
}

impl Shape {
    /// What a node is to be that starts as a value.
    pub(super) fn of(value: &Value) -> Self {
        match value {
            Value::Object(_) => Self::Object,
            Value::Array(_) => Self::Array,
            scalar => Self::Whole(Json(scalar.clone())),
        }
    }

    fn from_cbor(cbor: Cbor) -> Option<Self> {
        Some(match cbor {
            Cbor::Map(entries) if entries.is_empty() => Self::Object,
            Cbor::Array(items) if items.is_empty() => Self::Array,
            Cbor::Bytes(bytes) if bytes.is_empty() => Self::Text,
            whole => Self::Whole(Json(json(whole)?)),
        })
    }
}

/// A container as an empty one; what it holds is not known here.
impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object => f.write_str("{}"),
            Self::Array => f.write_str("[]"),
            Self::Text => f.write_str("text"),
            Self::Whole(Json(value)) => value.fmt(f),
        }
    }
}

impl Serialize for Shape {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Object => serializer.serialize_map(Some(0))?.end(),
            Self::Array => serializer.serialize_seq(Some(0))?.end(),
            Self::Text => serializer.serialize_bytes(&[]),
            Self::Whole(Json(value)) => Scalar(value).serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Shape {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let cbor = Cbor::deserialize(deserializer)?;
        Self::from_cbor(cbor).ok_or_else(|| D::Error::custom("not JSON"))
    }
}

/// A scalar, as it is in a register. A number is an integer of CBOR if it is one, and otherwise a
/// float, in whatever form `serde_json` was built to keep it.
pub(super) struct Scalar<'a>(pub(super) &'a Value);

impl Serialize for Scalar<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Value::Number(number) = self.0 else {
            return self.0.serialize(serializer);
        };
        if let Some(integer) = number.as_u64() {
            serializer.serialize_u64(integer)
        } else if let Some(integer) = number.as_i64() {
            serializer.serialize_i64(integer)
        } else if let Some(float) = number.as_f64().filter(|float| float.is_finite()) {
            serializer.serialize_f64(float)
        } else {
            Err(S::Error::custom("the number is not one of 64 bits"))
        }
    }
}

/// The JSON that a value in CBOR is; `None` if it is none: bytes, tags, integers beyond 64 bits,
/// floats that are not finite, keys that are not text or come twice. What was decoded nests no
/// deeper than the decoder goes.
fn json(cbor: Cbor) -> Option<Value> {
    Some(match cbor {
        Cbor::Null => Value::Null,
        Cbor::Bool(bool) => bool.into(),
        Cbor::Text(text) => text.into(),
        Cbor::Float(float) => Number::from_f64(float)?.into(),
        Cbor::Integer(integer) => {
            let unsigned = u64::try_from(integer).map(Value::from);
            unsigned.or_else(|_| i64::try_from(integer).map(Value::from)).ok()?
        }
        Cbor::Array(items) => Value::Array(items.into_iter().map(json).collect::<Option<_>>()?),
        Cbor::Map(entries) => Value::Object(object(entries)?),
        _ => return None,
    })
}

fn object(entries: Vec<(Cbor, Cbor)>) -> Option<Map<String, Value>> {
    let mut object = Map::new();
    for (key, value) in entries {
        if object.insert(key.into_text().ok()?, json(value)?).is_some() {
            return None;
        }
    }
    Some(object)
}
