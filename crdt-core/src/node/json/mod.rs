//! JSON without a schema.

mod array;
mod delta;
mod editor;
mod object;
pub(super) mod pointer;
mod shape;
mod state;
mod value;
mod view;
mod write;

use core::fmt;
use core::ops::{Deref, DerefMut};

use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

pub use array::JsonArrayView;
pub use delta::JsonDelta;
use delta::json_delta;
pub use editor::JsonEditor;
pub use object::JsonObjectView;
pub(super) use shape::Shape;
pub use state::JsonState;
pub use view::JsonView;

use super::register::seed_register;
use super::{
    Before, CrdtNode, DeltaError, EditError, Fingerprint, List, Map, Scope, StandardDefault,
    Writing,
};
use crate::history::Chains;
use crate::schema::{self, SchemaBuilder};

/// Any JSON, without a schema, merged at every depth: objects entry by entry, arrays element by
/// element, texts character by character, all else value by value.
///
/// It can be a whole document, and anywhere in one: a field, an element, an entry, what a variant
/// holds. Places inside it are named by JSON Pointers.
///
/// ```
/// use crdt_core::serde_json::json;
/// use crdt_core::{Document, Json, Keypair};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let mut mine = Document::<Json>::create(Keypair::generate()?)?;
/// mine.change(|json| {
///     json.set("/title", "Plan")?;
///     json.set("/size", json!({ "width": 3, "height": 4 }))?;
///     json.push("/tasks", json!({ "name": "Write", "done": false }))?;
///     json.text("/notes")?.push_str("Hello")?;
///     Ok(())
/// })?;
///
/// let mut yours = mine.fork(Keypair::generate()?)?;
/// yours.change(|json| json.set("/size/width", 5))?;
/// mine.change(|json| {
///     json.set("/tasks/0/done", true)?;
///     json.text("/notes")?.insert(5, " world")
/// })?;
/// mine.merge(&mut yours)?;
///
/// let merged = json!({
///     "title": "Plan",
///     "size": { "width": 5, "height": 4 },
///     "tasks": [{ "name": "Write", "done": true }],
///     "notes": "Hello world",
/// });
/// assert_eq!(mine.value(), merged);
/// assert_eq!(mine.read().get("/size/width").and_then(|width| width.as_i64()), Some(5));
///
/// // The plain value can be changed too; what differs is written.
/// yours.update(|json| json["tasks"][0]["name"] = "Write docs".into())?;
/// assert_eq!(yours.read().get("/tasks/0/name").unwrap(), "Write docs");
/// # Ok(())
/// # }
/// ```
///
/// # What merges
///
/// Which of null, a boolean, a number, a string, an object, an array or a text is at a place is a
/// register: of what is written concurrently the highest op's stands, and
/// [`conflicts`](JsonView::conflicts) shows all. What the object, the array and the text at a place
/// hold exists by its path, so two replicas that make the same object concurrently make one, with
/// the entries of both. See `docs/merging.md`, case by case.
///
/// A string that is written with [`set`](JsonEditor::set) or appears in an
/// [`update`](crate::Document::update) is replaced as a whole. [`text`](JsonEditor::text) makes a
/// text, which an update then edits too.
///
/// # Numbers
///
/// Integers of 64 bits, signed or unsigned, and finite floats, as in `serde_json`. Values are the
/// same if their encodings are: `1` and `1.0` are two values, and so are `0.0` and `-0.0`, although
/// floats compare as equal. What is not finite is null, as `serde_json` makes it.
///
/// # Depth
///
/// Every level is a segment of a path, of which there are at most
/// [`MAX_PATH_DEPTH`](crate::limits::MAX_PATH_DEPTH). A value that nests deeper cannot be written.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(pub Value);

/// What the entries of a node are if it is an object, and the elements if it is an array.
type Object = Map<String, Json>;
type Array = List<Json>;

impl Deref for Json {
    type Target = Value;

    fn deref(&self) -> &Value {
        &self.0
    }
}

impl DerefMut for Json {
    fn deref_mut(&mut self) -> &mut Value {
        &mut self.0
    }
}

/// In the notation of JSON.
impl fmt::Display for Json {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq<Value> for Json {
    fn eq(&self, other: &Value) -> bool {
        self.0 == *other
    }
}

impl From<Json> for Value {
    fn from(json: Json) -> Self {
        json.0
    }
}

macro_rules! from_plain {
    ($($type:ty),*) => {$(
        impl From<$type> for Json {
            fn from(value: $type) -> Self {
                Self(value.into())
            }
        }
    )*};
}

from_plain!(Value, (), bool, &str, String, i8, i16, i32, i64, u8, u16, u32, u64, isize, usize);
from_plain!(f32, f64, serde_json::Number, serde_json::Map<String, Value>, Vec<Value>);

impl CrdtNode for Json {
    type Value = Self;
    type State = JsonState;
    type View<'a> = JsonView<'a>;
    type Editor<'a> = JsonEditor<'a>;
    type Delta = JsonDelta;
    type Kind = super::Nested;
    const NAME: &'static str = "Json";

    fn describe(_: &mut SchemaBuilder) -> schema::Node {
        schema::Node::AnyJson
    }

    /// Whatever a document is of, it can be looked at.
    fn is_known_as(_: &str) -> bool {
        true
    }

    fn view<'a>(state: &'a JsonState, chains: &'a Chains) -> JsonView<'a> {
        JsonView::new(state, chains)
    }

    fn edit<'a>(state: &'a mut JsonState, scope: Scope<'a>) -> JsonEditor<'a> {
        JsonEditor::new(state, scope)
    }

    fn value_of(view: JsonView<'_>) -> Self {
        Self(view.value())
    }

    fn view_of<'a>(editor: &'a JsonEditor<'_>) -> JsonView<'a> {
        editor.view()
    }

    fn write_in(editor: &mut JsonEditor<'_>, value: Self, how: Writing) -> Result<(), EditError> {
        editor.write_as(value, how)
    }

    fn delta(
        before: Before<'_, JsonState>,
        after: &JsonState,
        chains: &Chains,
    ) -> Option<JsonDelta> {
        json_delta(before, after, chains)
    }

    fn apply_delta(value: &mut Self, delta: &JsonDelta) -> Result<(), DeltaError> {
        delta.apply(&mut value.0)
    }

    fn copy_value(value: &Self) -> Self {
        value.clone()
    }

    fn serialize_value<S: Serializer>(value: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }

    fn seed(value: &Self) -> Result<Option<Vec<u8>>, EditError> {
        seed_register::<Shape, StandardDefault>(&Shape::of(value))
    }

    fn fingerprint(value: &Self, print: &mut Fingerprint) {
        write::fingerprint(value, print);
    }
}
