//! Plain values of any type.

use core::fmt;
use std::collections::BTreeMap;

use ciborium::Value as Cbor;
use serde::{Serialize, Serializer};
use serde_json::Value as JsonValue;

use crate::codec::value;
use crate::node::{Bytes, EditError, Json};
use crate::op::limits::MAX_PATH_DEPTH;
use crate::sorted::order;

/// How deeply a value may nest: along a path, and then as much within a register.
const MAX_NESTING: usize = 2 * (MAX_PATH_DEPTH + 2);

/// A plain value whose Rust type is not at hand, as it is given to a [`PathEditor`](super::PathEditor)
/// and read from a [`PathView`](super::PathView).
///
/// A struct is a map of its fields, or a sequence if they have no names. An enum is the name of its
/// variant, or a map of that name alone to what the variant holds. A map has its keys as text; a
/// set is a sequence of its keys. What is optional and absent is [`Null`](Self::Null), and so is
/// what holds nothing.
///
/// Numbers are taken as integers or as floats as a type wants them, if that loses nothing: `2.0`
/// may be given for an integer, and `2` for a float. In a register with several numbers they are
/// taken as they are given, else as those in the value that is there, else all as integers or all
/// as floats.
#[derive(Clone, PartialEq, Debug, Default)]
pub enum PlainValue {
    /// Nothing.
    #[default]
    Null,
    /// True or false.
    Bool(bool),
    /// An integer.
    Integer(i128),
    /// A number that is no integer, or is not said to be one.
    Float(f64),
    /// Text.
    Text(String),
    /// Bytes.
    Bytes(Vec<u8>),
    /// Values in order.
    Sequence(Vec<PlainValue>),
    /// Values with names.
    Map(BTreeMap<String, PlainValue>),
}

/// How numbers are spelled.
#[derive(Clone, Copy, PartialEq)]
enum Numbers {
    Integers,
    Floats,
}

impl PlainValue {
    /// What serde makes of a value where it is not for people to read, as in a document: a
    /// [delta](crate::Delta), say. `None` if that is none that CBOR can say.
    pub fn serialized(value: &impl Serialize) -> Option<Self> {
        Cbor::serialized(value).ok().map(Self::from_cbor)
    }

    /// What it is, for messages.
    pub(super) fn found(&self) -> &'static str {
        match self {
            Self::Null => "null",
            Self::Bool(_) => "a boolean",
            Self::Integer(_) => "an integer",
            Self::Float(_) => "a float",
            Self::Text(_) => "a string",
            Self::Bytes(_) => "bytes",
            Self::Sequence(_) => "a sequence",
            Self::Map(_) => "a map",
        }
    }

    /// The integer that it is, if it is one.
    pub(super) fn as_integer(&self) -> Option<i128> {
        match self {
            Self::Integer(integer) => Some(*integer),
            Self::Float(float) => integer_of(*float),
            _ => None,
        }
    }

    /// Ends the descent into a value that nests deeper than any that is read, before the stack does.
    pub(super) fn check_nesting(&self) -> Result<(), EditError> {
        if self.nests_within(MAX_NESTING) {
            return Ok(());
        }
        Err(EditError::Unencodable("the value is nested too deeply".to_owned()))
    }

    fn nests_within(&self, levels: usize) -> bool {
        let Some(levels) = levels.checked_sub(1) else { return false };
        match self {
            Self::Sequence(items) => items.iter().all(|item| item.nests_within(levels)),
            Self::Map(entries) => entries.values().all(|value| value.nests_within(levels)),
            _ => true,
        }
    }

    /// The bytes that a register may read it from, as the numbers in it are spelled: as they are
    /// given, as those in the value that it has, as integers, and as floats.
    pub(super) fn encodings(
        &self,
        present: impl FnOnce() -> Self,
    ) -> impl Iterator<Item = Result<Vec<u8>, EditError>> {
        let encode = |plain: &Self| {
            value::encode(plain).map_err(|error| EditError::Unencodable(error.to_string()))
        };
        let given = core::iter::once_with(move || encode(self));
        let like_present = core::iter::once_with(move || {
            let mut other = self.clone();
            other.spell_like(&present());
            encode(&other)
        });
        let spelled = [Numbers::Integers, Numbers::Floats].into_iter().map(move |numbers| {
            let mut other = self.clone();
            other.spell(numbers);
            encode(&other)
        });
        given.chain(like_present).chain(spelled)
    }

    /// Spells the numbers in it as those are that stand in the same places of another value; those
    /// behind the end of a sequence as the last one there.
    fn spell_like(&mut self, other: &Self) {
        match (self, other) {
            (number @ Self::Float(_), Self::Integer(_)) => number.spell(Numbers::Integers),
            (number @ Self::Integer(_), Self::Float(_)) => number.spell(Numbers::Floats),
            (Self::Sequence(items), Self::Sequence(others)) => {
                for (at, item) in items.iter_mut().enumerate() {
                    if let Some(other) = others.get(at).or(others.last()) {
                        item.spell_like(other);
                    }
                }
            }
            (Self::Map(entries), Self::Map(others)) => {
                for (key, value) in entries {
                    if let Some(other) = others.get(key) {
                        value.spell_like(other);
                    }
                }
            }
            _ => {}
        }
    }

    /// Spells the numbers in it one way, as far as that loses nothing.
    fn spell(&mut self, numbers: Numbers) {
        match self {
            Self::Float(float) if numbers == Numbers::Integers => {
                if let Some(integer) = integer_of(*float) {
                    *self = Self::Integer(integer);
                }
            }
            Self::Integer(integer) if numbers == Numbers::Floats => {
                if let Some(float) = float_of(*integer) {
                    *self = Self::Float(float);
                }
            }
            Self::Sequence(items) => items.iter_mut().for_each(|item| item.spell(numbers)),
            Self::Map(entries) => entries.values_mut().for_each(|value| value.spell(numbers)),
            _ => {}
        }
    }

    /// What the bytes of a register say. Keys of maps in it are shown as text.
    pub(super) fn from_encoding(bytes: &[u8]) -> Self {
        value::decode::<Cbor>(bytes).map_or(Self::Null, Self::from_cbor)
    }

    /// What was decoded nests no deeper than the decoder goes.
    fn from_cbor(cbor: Cbor) -> Self {
        match cbor {
            Cbor::Bool(bool) => Self::Bool(bool),
            Cbor::Integer(integer) => Self::Integer(integer.into()),
            Cbor::Float(float) => Self::Float(float),
            Cbor::Text(text) => Self::Text(text),
            Cbor::Bytes(bytes) => Self::Bytes(bytes),
            Cbor::Array(items) => Self::Sequence(items.into_iter().map(Self::from_cbor).collect()),
            Cbor::Map(entries) => {
                let entry =
                    |(key, value)| (Self::from_cbor(key).to_string(), Self::from_cbor(value));
                Self::Map(order::map_of(entries.into_iter().map(entry)))
            }
            Cbor::Tag(tag, inner) => wide_integer(tag, &inner).map_or(Self::Null, Self::Integer),
            _ => Self::Null,
        }
    }

    /// The JSON that it is.
    ///
    /// # Errors
    /// What of it is not JSON.
    pub(super) fn to_json(&self) -> Result<Json, &'static str> {
        Ok(Json(match self {
            Self::Null => JsonValue::Null,
            Self::Bool(bool) => (*bool).into(),
            Self::Integer(integer) => {
                let unsigned = u64::try_from(*integer).map(JsonValue::from);
                let signed = || i64::try_from(*integer).map(JsonValue::from);
                unsigned.or_else(|_| signed()).map_err(|_| "an integer beyond 64 bits")?
            }
            Self::Float(float) => (*float).into(),
            Self::Text(text) => text.as_str().into(),
            Self::Bytes(_) => return Err("bytes"),
            Self::Sequence(items) => {
                let items = items.iter().map(|item| item.to_json().map(|Json(item)| item));
                JsonValue::Array(items.collect::<Result<_, _>>()?)
            }
            Self::Map(entries) => {
                let entry = |(key, value): (&String, &Self)| {
                    value.to_json().map(|Json(json)| (key.clone(), json))
                };
                JsonValue::Object(entries.iter().map(entry).collect::<Result<_, _>>()?)
            }
        }))
    }
}

/// The integer that a float is, if it is one: of those that floats tell apart.
fn integer_of(float: f64) -> Option<i128> {
    #[expect(clippy::float_cmp, reason = "an integer is nothing but its whole part")]
    let is_one = float.trunc() == float && float.abs() <= MAX_EXACT;
    #[expect(clippy::cast_possible_truncation, reason = "it is an integer below 2^53")]
    is_one.then_some(float as i128)
}

/// The float that an integer is, if there is one.
fn float_of(integer: i128) -> Option<f64> {
    let is_one = integer.unsigned_abs() <= 1 << 53;
    #[expect(clippy::cast_precision_loss, reason = "up to 2^53 there is none")]
    is_one.then_some(integer as f64)
}

/// Up to here floats tell all integers apart.
const MAX_EXACT: f64 = 9_007_199_254_740_992.0;

/// An integer beyond 64 bits: its tag, and its bytes.
fn wide_integer(tag: u64, inner: &Cbor) -> Option<i128> {
    let bytes = inner.as_bytes().filter(|bytes| bytes.len() <= 16)?;
    let number = bytes.iter().fold(0_u128, |number, byte| number << 8 | u128::from(*byte));
    let number = i128::try_from(number).ok()?;
    match tag {
        2 => Some(number),
        3 => Some(!number),
        _ => None,
    }
}

/// As serde writes such a value. An integer is the narrowest of `i64`, `u64` and `i128` that holds
/// it.
impl Serialize for PlainValue {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Bool(bool) => serializer.serialize_bool(*bool),
            Self::Integer(integer) => match (i64::try_from(*integer), u64::try_from(*integer)) {
                (Ok(signed), _) => serializer.serialize_i64(signed),
                (_, Ok(unsigned)) => serializer.serialize_u64(unsigned),
                _ => serializer.serialize_i128(*integer),
            },
            Self::Float(float) => serializer.serialize_f64(*float),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Bytes(bytes) => serializer.serialize_bytes(bytes),
            Self::Sequence(items) => serializer.collect_seq(items),
            Self::Map(entries) => serializer.collect_map(entries),
        }
    }
}

/// Text as it is, all else in the notation of JSON, or if it is not JSON by its kind.
impl fmt::Display for PlainValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(text) => f.write_str(text),
            Self::Integer(integer) => integer.fmt(f),
            _ => match self.to_json() {
                Ok(json) => json.fmt(f),
                Err(_) => f.write_str(self.found()),
            },
        }
    }
}

impl From<JsonValue> for PlainValue {
    fn from(json: JsonValue) -> Self {
        match json {
            JsonValue::Null => Self::Null,
            JsonValue::Bool(bool) => Self::Bool(bool),
            JsonValue::Number(number) => number
                .as_i64()
                .map(Self::from)
                .or_else(|| number.as_u64().map(Self::from))
                .or_else(|| number.as_f64().map(Self::Float))
                .unwrap_or_default(),
            JsonValue::String(text) => Self::Text(text),
            JsonValue::Array(items) => Self::Sequence(items.into_iter().map(Self::from).collect()),
            JsonValue::Object(entries) => {
                let entry = |(key, value)| (key, Self::from(value));
                Self::Map(order::map_of(entries.into_iter().map(entry)))
            }
        }
    }
}

macro_rules! from_plain {
    ($($type:ty as $given:ident => $plain:expr;)*) => {$(
        impl From<$type> for PlainValue {
            fn from($given: $type) -> Self {
                $plain
            }
        }
    )*};
}

from_plain! {
    () as _nothing => Self::Null;
    bool as bool => Self::Bool(bool);
    i8 as integer => Self::Integer(integer.into());
    i16 as integer => Self::Integer(integer.into());
    i32 as integer => Self::Integer(integer.into());
    i64 as integer => Self::Integer(integer.into());
    i128 as integer => Self::Integer(integer);
    u8 as integer => Self::Integer(integer.into());
    u16 as integer => Self::Integer(integer.into());
    u32 as integer => Self::Integer(integer.into());
    u64 as integer => Self::Integer(integer.into());
    f32 as float => Self::Float(float.into());
    f64 as float => Self::Float(float);
    &str as text => Self::Text(text.to_owned());
    String as text => Self::Text(text);
    Bytes as bytes => Self::Bytes(bytes.0);
    Json as json => json.0.into();
    Vec<PlainValue> as items => Self::Sequence(items);
    BTreeMap<String, PlainValue> as entries => Self::Map(entries);
}

impl<T: Into<Self>> From<Option<T>> for PlainValue {
    fn from(value: Option<T>) -> Self {
        value.map_or(Self::Null, Into::into)
    }
}
