//! What is said to those who write `serde_json::Value` where [`Json`] is meant.

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::{Json, JsonDelta, JsonEditor, JsonState, JsonView};
use crate::history::Chains;
use crate::node::{CrdtNode, DeltaError, EditError, Nested, Scope, Writing};
use crate::schema::{self, SchemaBuilder};

/// What `serde_json::Value` would have to be to be a node.
#[diagnostic::on_unimplemented(
    message = "`serde_json::Value` cannot be part of a document: write `crdt_core::Json`",
    label = "write `Json` for `serde_json::Value`",
    note = "a `Json` is a `serde_json::Value` in which concurrent edits merge at every depth: `value.into()` makes one, `.0` is what is in it",
    note = "to keep a `serde_json::Value` as one value that is replaced as a whole, put `#[crdt(register)]` on the field, or write `Register<serde_json::Value>` inside a list, map or `Option`"
)]
pub trait WrittenAsJson {}

/// The bound does not hold. It mentions a lifetime because the compiler then refuses only the use.
impl CrdtNode for Value
where
    for<'unused> Value: WrittenAsJson,
{
    type Value = Self;
    type State = JsonState;
    type View<'a> = JsonView<'a>;
    type Editor<'a> = JsonEditor<'a>;
    type Delta = JsonDelta;
    type Kind = Nested;

    fn describe(_: &mut SchemaBuilder) -> schema::Node {
        schema::Node::AnyJson
    }

    fn view<'a>(state: &'a JsonState, chains: &'a Chains) -> JsonView<'a> {
        Json::view(state, chains)
    }

    fn edit<'a>(state: &'a mut JsonState, scope: Scope<'a>) -> JsonEditor<'a> {
        Json::edit(state, scope)
    }

    fn value_of(view: JsonView<'_>) -> Self {
        view.value()
    }

    fn view_of<'a>(editor: &'a JsonEditor<'_>) -> JsonView<'a> {
        editor.view()
    }

    fn write_in(
        editor: &mut Self::Editor<'_>,
        value: Self::Value,
        how: Writing,
    ) -> Result<(), EditError> {
        Json::write_in(editor, Json(value), how)
    }

    fn delta(before: &JsonState, after: &JsonState, chains: &Chains) -> Option<JsonDelta> {
        Json::delta(before, after, chains)
    }

    fn apply_delta(value: &mut Self, delta: &JsonDelta) -> Result<(), DeltaError> {
        delta.apply(value)
    }

    fn copy_value(value: &Self) -> Self {
        value.clone()
    }

    fn serialize_value<S: Serializer>(value: &Self, serializer: S) -> Result<S::Ok, S::Error> {
        value.serialize(serializer)
    }
}
