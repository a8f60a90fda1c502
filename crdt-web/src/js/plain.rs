//! Plain values there and here.

use std::collections::BTreeMap;

use crdt_core::PlainValue;
use js_sys::{Array, BigInt, Object, Reflect, Uint8Array};
use wasm_bindgen::{JsCast, JsError, JsValue};

/// How deeply a value of JavaScript may nest: more than any that is written.
const DEEPEST: usize = 512;

/// Integers up to here, and from its negative on, are numbers there; others are `BigInt`s.
const MOST_EXACT: i128 = (1 << 53) - 1;

/// A value as JavaScript has it.
pub(super) fn to_js(plain: &PlainValue) -> JsValue {
    match plain {
        PlainValue::Null => JsValue::NULL,
        PlainValue::Bool(bool) => (*bool).into(),
        PlainValue::Integer(integer) => integer_to_js(*integer),
        PlainValue::Float(float) => (*float).into(),
        PlainValue::Text(text) => text.into(),
        PlainValue::Bytes(bytes) => Uint8Array::from(&bytes[..]).into(),
        PlainValue::Sequence(items) => items.iter().map(to_js).collect::<Array>().into(),
        PlainValue::Map(entries) => {
            let object = Object::new();
            for (key, value) in entries {
                put(&object, key, &to_js(value));
            }
            object.into()
        }
    }
}

/// Gives an object that was made here an entry, which takes whatever it is given.
fn put(to: &Object, key: &str, value: &JsValue) {
    if key == "__proto__" {
        // To set this one would give the object another prototype.
        let is = JsValue::TRUE;
        let is = [("configurable", is.clone()), ("enumerable", is.clone()), ("writable", is)];
        let entry = object(is.into_iter().chain([("value", value.clone())]));
        let _ = Reflect::define_property(to, &key.into(), entry.unchecked_ref());
        return;
    }
    let _ = Reflect::set(to, &key.into(), value);
}

fn integer_to_js(integer: i128) -> JsValue {
    if integer.abs() <= MOST_EXACT {
        #[expect(clippy::cast_precision_loss, reason = "up to 2^53 there is none")]
        return (integer as f64).into();
    }
    BigInt::from(integer).into()
}

/// A value that JavaScript gives.
pub(super) fn from_js(value: &JsValue) -> Result<PlainValue, JsError> {
    within(value, DEEPEST)
}

fn within(value: &JsValue, levels: usize) -> Result<PlainValue, JsError> {
    let levels = levels.checked_sub(1);
    let levels =
        levels.ok_or_else(|| JsError::new("the value contains itself, or nests too deeply"))?;
    if value.is_null() || value.is_undefined() {
        return Ok(PlainValue::Null);
    }
    if let Some(bool) = value.as_bool() {
        return Ok(PlainValue::Bool(bool));
    }
    if let Some(number) = value.as_f64() {
        return Ok(PlainValue::Float(number));
    }
    if let Some(text) = value.as_string() {
        return Ok(PlainValue::Text(text));
    }
    if let Some(big) = value.dyn_ref::<BigInt>() {
        let integer = i128::try_from(big.clone());
        return integer
            .map(PlainValue::Integer)
            .map_err(|_| JsError::new("an integer beyond 128 bits"));
    }
    if let Some(bytes) = value.dyn_ref::<Uint8Array>() {
        return Ok(PlainValue::Bytes(bytes.to_vec()));
    }
    if let Some(items) = value.dyn_ref::<Array>() {
        let items = items.iter().map(|item| within(&item, levels));
        return Ok(PlainValue::Sequence(items.collect::<Result<_, _>>()?));
    }
    match value.dyn_ref::<Object>() {
        Some(object) if !value.is_function() => entries(object, levels),
        _ => Err(JsError::new(
            "a value that is neither null, a boolean, a number, a bigint, a string, bytes, an array nor an object",
        )),
    }
}

/// Properties that are undefined are left out, as `JSON.stringify` has it.
fn entries(object: &Object, levels: usize) -> Result<PlainValue, JsError> {
    let mut entries = BTreeMap::new();
    for entry in Object::entries(object).iter() {
        let entry: Array = entry.unchecked_into();
        let (key, value) = (entry.get(0), entry.get(1));
        if let Some(key) = key.as_string().filter(|_| !value.is_undefined()) {
            entries.insert(key, within(&value, levels)?);
        }
    }
    Ok(PlainValue::Map(entries))
}

/// An object of some entries.
pub(super) fn object(entries: impl IntoIterator<Item = (&'static str, JsValue)>) -> JsValue {
    let object = Object::new();
    for (name, value) in entries {
        put(&object, name, &value);
    }
    object.into()
}
