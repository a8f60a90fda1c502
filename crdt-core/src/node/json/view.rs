use core::fmt;
use std::borrow::Cow;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::shape::Shape;
use super::{Array, Json, JsonArrayView, JsonObjectView, JsonState, Object, pointer};
use crate::history::Chains;
use crate::node::register::RegisterView;
use crate::node::{Blame, CrdtNode, Text, TextView};

/// Reads a [`Json`] node, or a place inside one.
///
/// A string is either a scalar, which is replaced as a whole, or a text, which is edited character
/// by character. Both read the same ([`as_str`](Self::as_str)); [`as_text`](Self::as_text) gives
/// the latter only.
#[derive(Clone, Copy)]
pub struct JsonView<'a> {
    at: At<'a>,
}

/// A node, or a part of a value that is kept as one.
#[derive(Clone, Copy)]
enum At<'a> {
    Node(&'a JsonState, &'a Chains),
    Whole(&'a Value),
}

/// What a place reads as.
#[derive(Clone, Copy)]
enum Read<'a> {
    Object(JsonObjectView<'a>),
    Array(JsonArrayView<'a>),
    Text(TextView<'a>),
    Scalar(&'a Value),
}

impl<'a> JsonView<'a> {
    pub(super) fn new(state: &'a JsonState, chains: &'a Chains) -> Self {
        Self { at: At::Node(state, chains) }
    }

    pub(super) fn whole(value: &'a Value) -> Self {
        Self { at: At::Whole(value) }
    }

    fn read(&self) -> Read<'a> {
        let value = match self.at {
            At::Whole(value) => value,
            At::Node(state, chains) => match state.shape(chains) {
                Shape::Object => {
                    let entries = Object::view(state.entries(), chains);
                    return Read::Object(JsonObjectView::new(entries));
                }
                Shape::Array => {
                    let items = Array::view(state.items(), chains);
                    return Read::Array(JsonArrayView::new(items));
                }
                Shape::Text => return Read::Text(Text::view(state.text(), chains)),
                Shape::Whole(Json(value)) => value,
            },
        };
        match value {
            Value::Object(entries) => Read::Object(JsonObjectView::whole(entries)),
            Value::Array(items) => Read::Array(JsonArrayView::whole(items)),
            scalar => Read::Scalar(scalar),
        }
    }

    fn scalar(&self) -> Option<&'a Value> {
        match self.read() {
            Read::Scalar(scalar) => Some(scalar),
            _ => None,
        }
    }

    /// Whether it is null, as it is where nothing was ever written.
    pub fn is_null(&self) -> bool {
        self.scalar().is_some_and(Value::is_null)
    }

    /// The boolean, if it is one.
    pub fn as_bool(&self) -> Option<bool> {
        self.scalar()?.as_bool()
    }

    /// The number, if it is an integer of this type.
    pub fn as_i64(&self) -> Option<i64> {
        self.scalar()?.as_i64()
    }

    /// The number, if it is an integer of this type.
    pub fn as_u64(&self) -> Option<u64> {
        self.scalar()?.as_u64()
    }

    /// The number, if it is one; an integer beyond 2^53 as the nearest float.
    pub fn as_f64(&self) -> Option<f64> {
        self.scalar()?.as_f64()
    }

    /// The string, if it is one, be it a scalar or a text. O(1) of a scalar, O(length) of a text.
    pub fn as_str(&self) -> Option<Cow<'a, str>> {
        match self.read() {
            Read::Scalar(scalar) => scalar.as_str().map(Cow::Borrowed),
            Read::Text(text) => Some(Cow::Owned(text.value())),
            _ => None,
        }
    }

    /// The text, if it is one that is edited character by character, and not a scalar.
    pub fn as_text(&self) -> Option<TextView<'a>> {
        match self.read() {
            Read::Text(text) => Some(text),
            _ => None,
        }
    }

    /// The object, if it is one.
    pub fn as_object(&self) -> Option<JsonObjectView<'a>> {
        match self.read() {
            Read::Object(object) => Some(object),
            _ => None,
        }
    }

    /// The array, if it is one.
    pub fn as_array(&self) -> Option<JsonArrayView<'a>> {
        match self.read() {
            Read::Array(array) => Some(array),
            _ => None,
        }
    }

    /// How many entries, elements or characters (Unicode scalar values) there are; 0 of what has
    /// none.
    pub fn len(&self) -> usize {
        match self.read() {
            Read::Object(object) => object.len(),
            Read::Array(array) => array.len(),
            Read::Text(text) => text.len(),
            Read::Scalar(scalar) => scalar.as_str().map_or(0, |text| text.chars().count()),
        }
    }

    /// Whether there are no entries, elements or characters.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The place that a JSON Pointer leads to; `""` is this one. `None` if nothing is there or it
    /// is no pointer. Elements of arrays are named as in a [`JsonEditor`](super::JsonEditor).
    /// O(segments log n).
    pub fn get(&self, path: impl AsRef<str>) -> Option<JsonView<'a>> {
        let tokens = pointer::parse(path.as_ref()).ok()?;
        tokens.iter().try_fold(*self, |place, token| match place.read() {
            Read::Object(object) => object.get(&token.key),
            Read::Array(array) => array.named(token),
            Read::Text(_) | Read::Scalar(_) => None,
        })
    }

    /// The plain value.
    pub fn value(&self) -> Value {
        match self.at {
            At::Node(state, chains) => value_as(state, state.shape(chains), chains),
            At::Whole(value) => value.clone(),
        }
    }

    /// Who wrote what the place is, and in which change: the value of a scalar, or that it is an
    /// object, an array or a text. `None` if nothing was written, and within a value that was
    /// written as one. O(values in conflict), and log n.
    pub fn blame(&self) -> Option<Blame> {
        match self.at {
            At::Node(state, chains) => RegisterView::new(&state.shape, chains).blame(),
            At::Whole(_) => None,
        }
    }

    /// Every value that stands, the one that wins first. More than one only where authors wrote
    /// without having seen each other's values; none if nothing was written.
    ///
    /// An object, array or text that several made at once is one, with what each wrote in it.
    pub fn conflicts(&self) -> Vec<Value> {
        let (state, chains) = match self.at {
            At::Node(state, chains) => (state, chains),
            At::Whole(value) => return vec![value.clone()],
        };
        let (mut object, mut array, mut text) = (false, false, false);
        let mut shapes = RegisterView::new(&state.shape, chains).conflicts();
        shapes.retain(|shape| match shape {
            Shape::Object => !core::mem::replace(&mut object, true),
            Shape::Array => !core::mem::replace(&mut array, true),
            Shape::Text => !core::mem::replace(&mut text, true),
            Shape::Whole(_) => true,
        });
        shapes.into_iter().map(|shape| value_as(state, shape, chains)).collect()
    }

    /// What it is, for messages.
    pub(super) fn found(&self) -> &'static str {
        match self.read() {
            Read::Object(_) => "an object",
            Read::Array(_) => "an array",
            Read::Text(_) => "a text",
            Read::Scalar(Value::Bool(_)) => "a boolean",
            Read::Scalar(Value::Number(_)) => "a number",
            Read::Scalar(Value::String(_)) => "a string",
            Read::Scalar(_) => "null",
        }
    }
}

/// What a state reads as if it is of a shape.
fn value_as(state: &JsonState, shape: &Shape, chains: &Chains) -> Value {
    match shape {
        Shape::Object => {
            let entries = Object::value(state.entries(), chains).into_iter();
            Value::Object(entries.map(|(key, Json(value))| (key, value)).collect())
        }
        Shape::Array => {
            Array::value(state.items(), chains).into_iter().map(|Json(value)| value).collect()
        }
        Shape::Text => Value::String(state.text().to_text(chains)),
        Shape::Whole(Json(value)) => value.clone(),
    }
}

/// The plain value.
impl fmt::Debug for JsonView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.read() {
            Read::Object(object) => object.fmt(f),
            Read::Array(array) => array.fmt(f),
            Read::Text(text) => fmt::Debug::fmt(&text, f),
            Read::Scalar(scalar) => fmt::Display::fmt(scalar, f),
        }
    }
}

/// The value in the notation of JSON.
impl fmt::Display for JsonView<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.value().fmt(f)
    }
}

/// As the plain value.
impl Serialize for JsonView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.read() {
            Read::Object(object) => object.serialize(serializer),
            Read::Array(array) => array.serialize(serializer),
            Read::Text(text) => text.serialize(serializer),
            Read::Scalar(scalar) => scalar.serialize(serializer),
        }
    }
}

impl PartialEq<Value> for JsonView<'_> {
    fn eq(&self, other: &Value) -> bool {
        self.value() == *other
    }
}

/// A string, be it a scalar or a text.
impl PartialEq<str> for JsonView<'_> {
    fn eq(&self, other: &str) -> bool {
        match self.read() {
            Read::Scalar(scalar) => scalar.as_str() == Some(other),
            Read::Text(text) => text == *other,
            Read::Object(_) | Read::Array(_) => false,
        }
    }
}

impl PartialEq<&str> for JsonView<'_> {
    fn eq(&self, other: &&str) -> bool {
        *self == **other
    }
}
