//! What changed in JSON.

use serde::Serialize;
use serde_json::Value;

use super::{Array, Json, JsonState, Object, Shape, write};
use crate::history::Chains;
use crate::node::{CrdtNode, DeltaError, Fingerprint, ListDelta, MapDelta, Text, TextDelta};

/// What changed in a [`Json`] node, nested as the JSON is.
#[derive(Clone, PartialEq, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum JsonDelta {
    /// It is another scalar, or a value of another kind.
    Replaced(Value),
    /// Entries of an object changed.
    Object(MapDelta<String, Json>),
    /// Elements of an array changed.
    Array(ListDelta<Json>),
    /// A text changed.
    Text(TextDelta),
}

/// The delta of a node. Where it is a container of another kind, or a value that is kept as one, it
/// is replaced, unless it reads the same.
pub(super) fn json_delta(
    before: &JsonState,
    after: &JsonState,
    chains: &Chains,
) -> Option<JsonDelta> {
    match (before.shape(chains), after.shape(chains)) {
        (Shape::Object, Shape::Object) => {
            let delta = Object::delta(before.entries(), after.entries(), chains);
            delta.map(JsonDelta::Object)
        }
        (Shape::Array, Shape::Array) => {
            Array::delta(before.items(), after.items(), chains).map(JsonDelta::Array)
        }
        (Shape::Text, Shape::Text) => {
            Text::delta(before.text(), after.text(), chains).map(JsonDelta::Text)
        }
        _ => JsonDelta::replaced(&Json::value(before, chains).0, Json::value(after, chains).0),
    }
}

impl JsonDelta {
    /// The delta of two values that are told apart as wholes.
    pub(in crate::node) fn replaced(before: &Value, after: Value) -> Option<Self> {
        let [mut print, mut other] = [Fingerprint::default(), Fingerprint::default()];
        write::fingerprint(before, &mut print);
        write::fingerprint(&after, &mut other);
        (!print.is(&other)).then_some(Self::Replaced(after))
    }

    /// Makes the JSON before the JSON after.
    ///
    /// ```
    /// use crdt_core::serde_json::json;
    /// use crdt_core::{Document, Json, Keypair};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut document = Document::<Json>::create(Keypair::generate()?)?;
    /// document.change(|json| json.set("", json!({ "tasks": [{ "done": false }, 7] })))?;
    /// let (mut before, version) = (document.value(), document.heads());
    /// document.change(|json| {
    ///     json.set("/tasks/0/done", true)?;
    ///     json.push("/tasks", 8).map(drop)
    /// })?;
    ///
    /// let delta = document.delta(&version, &document.heads())?.ok_or("it changed")?;
    /// delta.apply(&mut before.0)?;
    /// assert_eq!(before, json!({ "tasks": [{ "done": true }, 7, 8] }));
    /// assert_eq!(
    ///     crdt_core::serde_json::to_value(&delta)?,
    ///     json!({ "object": { "tasks": { "changed": { "array": [
    ///         { "edit": { "object": { "done": { "changed": { "replaced": true } } } } },
    ///         { "retain": 1 },
    ///         { "insert": [8] },
    ///     ] } } } }),
    /// );
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`DeltaError`] if it is another value than the one before, which may have been changed in
    /// part then.
    pub fn apply(&self, value: &mut Value) -> Result<(), DeltaError> {
        match (self, value) {
            (Self::Replaced(after), value) => {
                value.clone_from(after);
                Ok(())
            }
            (Self::Object(delta), Value::Object(entries)) => delta.apply_to(
                entries,
                |entries, key| entries.remove(key).map(Json),
                |entries, key, Json(value)| drop(entries.insert(key.clone(), value)),
            ),
            (Self::Array(delta), Value::Array(items)) => {
                let mut elements = core::mem::take(items).into_iter().map(Json).collect();
                let applied = delta.apply(&mut elements);
                *items = elements.into_iter().map(|Json(value)| value).collect();
                applied
            }
            (Self::Text(delta), Value::String(text)) => delta.apply(text),
            _ => Err(DeltaError::OtherKind),
        }
    }
}
