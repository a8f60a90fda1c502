//! Values of registers: deterministic CBOR.
//!
//! RFC 8949 section 4.2: shortest integers and floats, definite lengths, map entries sorted by the
//! bytes of their encoded keys; of the many NaNs one is written. Equal values therefore have equal
//! bytes, which is what `update` compares, and nothing else is [read](is_canonical). What serde
//! writes as a sequence keeps its order, a `HashSet` the one it happens to have.

use ciborium::Value;
use serde::{Serialize, de::DeserializeOwned};

use super::canonical::{MAX_DEPTH, is_canonical};
use super::{DecodeError, Reader, options};
use crate::sorted::order;

/// Why a value cannot be put into a register.
#[derive(Debug, thiserror::Error)]
#[error("the value cannot be encoded: {0}")]
pub(crate) struct EncodeError(String);

impl serde::ser::Error for EncodeError {
    fn custom<T: core::fmt::Display>(reason: T) -> Self {
        Self(reason.to_string())
    }
}

/// Values of up to so many bytes are decoded with a buffer of this size. They cannot nest deeper
/// than any value may.
const SHORT: usize = MAX_DEPTH;

/// Encodes any serde value.
pub(crate) fn encode<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>, EncodeError> {
    let mut out = Vec::new();
    append(&mut out, value)?;
    Ok(out)
}

/// Appends the encoding of any serde value; if there is none, what is appended means nothing.
pub(crate) fn append<T: Serialize + ?Sized>(
    out: &mut Vec<u8>,
    value: &T,
) -> Result<(), EncodeError> {
    options::check(value)?;
    let start = out.len();
    write(value, out)?;
    if is_canonical(&out[start..]) {
        return Ok(());
    }
    let mut tree = Value::serialized(value).map_err(|error| EncodeError(error.to_string()))?;
    normalize(&mut tree, MAX_DEPTH)?;
    out.truncate(start);
    write(&tree, out)?;
    if is_canonical(&out[start..]) {
        return Ok(());
    }
    Err(EncodeError("it has a tag of CBOR in it, which no register reads".into()))
}

/// The length to be stated beside a payload, of which there is at least a byte: none, which is 0,
/// where its own first bytes tell it.
pub(crate) fn stated_length(payload: &[u8]) -> usize {
    if told_length(payload) == Some(payload.len()) { 0 } else { payload.len() }
}

/// Takes a payload with its stated length.
pub(crate) fn take<'a>(reader: &mut Reader<'a>, stated: usize) -> Result<&'a [u8], DecodeError> {
    let length = match stated {
        0 => told_length(reader.rest()).ok_or(DecodeError::Truncated)?,
        stated => stated,
    };
    reader.take(length)
}

/// How many bytes the item takes that bytes begin with, if it is a number, bytes, text or a simple
/// value, and so tells it at its beginning.
fn told_length(bytes: &[u8]) -> Option<usize> {
    let (head, rest) = bytes.split_first()?;
    let (more, argument) = match head & 0x1f {
        small @ 0..24 => (0, u64::from(small)),
        24 => (1, u64::from(*rest.first()?)),
        25 => (2, u16::from_be_bytes(*rest.first_chunk()?).into()),
        26 => (4, u32::from_be_bytes(*rest.first_chunk()?).into()),
        27 => (8, u64::from_be_bytes(*rest.first_chunk()?)),
        _ => return None,
    };
    let content = match head >> 5 {
        0 | 1 | 7 => 0,
        2 | 3 => usize::try_from(argument).ok()?,
        _ => return None,
    };
    content.checked_add(1 + more)
}

/// Decodes what [`encode`] wrote; `None` when the bytes are not one value of this type, or are not
/// in the one spelling of it. Never panics and never recurses deeper than a fixed bound.
pub(crate) fn decode<T: DeserializeOwned>(bytes: &[u8]) -> Option<T> {
    read(bytes).ok()
}

/// Decodes a value, or says why that is none of the type.
pub(crate) fn read<T: DeserializeOwned>(mut bytes: &[u8]) -> Result<T, String> {
    if !is_canonical(bytes) {
        return Err("not deterministic CBOR".to_owned());
    }
    let value = if bytes.len() <= SHORT {
        ciborium::de::from_reader_with_buffer(&mut bytes, &mut [0; SHORT])
    } else {
        ciborium::de::from_reader_with_recursion_limit(&mut bytes, MAX_DEPTH)
    };
    match value {
        Ok(value) if bytes.is_empty() => Ok(value),
        Ok(_) => Err("more than one value".to_owned()),
        Err(ciborium::de::Error::Semantic(_, reason)) => Err(reason),
        Err(_) => Err("another value".to_owned()),
    }
}

/// Whether two values are the same but for the order of what arrays hold, anywhere in them.
pub(crate) fn same_in_any_order(a: &[u8], b: &[u8]) -> bool {
    let ordered = |bytes| decode::<Value>(bytes).and_then(|value| in_order(value).ok());
    a.len() == b.len() && ordered(a).is_some_and(|a| Some(a) == ordered(b))
}

/// The encoding of a value with what arrays hold in order of its encoding. No deeper than what was
/// decoded nests.
fn in_order(value: Value) -> Result<Vec<u8>, EncodeError> {
    let sorted = match value {
        Value::Array(items) => {
            let mut items: Vec<_> = items.into_iter().map(in_order).collect::<Result<_, _>>()?;
            order::sort(&mut items);
            Value::Array(items.into_iter().map(Value::Bytes).collect())
        }
        Value::Map(entries) => {
            let entry = |(key, value)| Ok((in_order(key)?, in_order(value)?));
            let mut entries: Vec<_> = entries.into_iter().map(entry).collect::<Result<_, _>>()?;
            order::sort(&mut entries);
            let bytes = |(key, value)| (Value::Bytes(key), Value::Bytes(value));
            Value::Map(entries.into_iter().map(bytes).collect())
        }
        scalar => scalar,
    };
    let mut bytes = Vec::new();
    write(&sorted, &mut bytes)?;
    Ok(bytes)
}

/// The value as JSON, for tools that do not know its type: bytes become arrays of numbers,
/// keys that are not text their JSON text, integers beyond 64 bits and special floats text.
pub(crate) fn to_json(bytes: &[u8]) -> Option<serde_json::Value> {
    decode::<Value>(bytes).map(json)
}

fn write<T: Serialize + ?Sized>(value: &T, out: &mut Vec<u8>) -> Result<(), EncodeError> {
    ciborium::into_writer(value, out).map_err(|error| EncodeError(error.to_string()))
}

fn normalize(tree: &mut Value, depth: usize) -> Result<(), EncodeError> {
    let deeper = depth.checked_sub(1).ok_or_else(|| EncodeError("nested too deeply".into()))?;
    match tree {
        Value::Float(float) if float.is_nan() => *float = f64::NAN,
        Value::Array(items) => items.iter_mut().try_for_each(|item| normalize(item, deeper))?,
        Value::Map(entries) => sort_entries(entries, deeper)?,
        _ => {}
    }
    Ok(())
}

fn sort_entries(entries: &mut Vec<(Value, Value)>, depth: usize) -> Result<(), EncodeError> {
    let mut keyed = Vec::with_capacity(entries.len());
    for (mut key, mut value) in entries.drain(..) {
        normalize(&mut key, depth)?;
        normalize(&mut value, depth)?;
        let mut bytes = Vec::new();
        write(&key, &mut bytes)?;
        keyed.push((bytes, key, value));
    }
    order::sort_by(&mut keyed, |a, b| a.0.cmp(&b.0));
    if keyed.windows(2).any(|pair| pair[0].0 == pair[1].0) {
        return Err(EncodeError("a map has a key twice".into()));
    }
    entries.extend(keyed.into_iter().map(|(_, key, value)| (key, value)));
    Ok(())
}

fn json(value: Value) -> serde_json::Value {
    match value {
        Value::Integer(integer) => integer_json(i128::from(integer)),
        Value::Bytes(bytes) => bytes.into(),
        Value::Float(float) => serde_json::Number::from_f64(float)
            .map_or_else(|| float.to_string().into(), serde_json::Value::Number),
        Value::Text(text) => text.into(),
        Value::Bool(bool) => bool.into(),
        Value::Array(items) => items.into_iter().map(json).collect(),
        Value::Map(entries) => {
            let mut object = serde_json::Map::new();
            object.extend(entries.into_iter().map(|(key, value)| (json_key(key), json(value))));
            object.into()
        }
        Value::Tag(_, inner) => json(*inner),
        _ => serde_json::Value::Null,
    }
}

fn json_key(key: Value) -> String {
    match json(key) {
        serde_json::Value::String(text) => text,
        other => other.to_string(),
    }
}

fn integer_json(integer: i128) -> serde_json::Value {
    if let Ok(small) = i64::try_from(integer) {
        small.into()
    } else if let Ok(small) = u64::try_from(integer) {
        small.into()
    } else {
        integer.to_string().into()
    }
}
