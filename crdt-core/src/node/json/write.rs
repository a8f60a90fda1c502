//! How plain values are written into a state.

use serde_json::Value;

use super::shape::{Scalar, Shape};
use super::{Array, Json, JsonState, Object};
use crate::node::register::{RegisterState, assign_register, set_register};
use crate::node::{CrdtNode, EditError, Fingerprint, List, Map, Scope, Text, Writing};
use crate::op::limits::MAX_PATH_DEPTH;
use crate::sorted::SortedMap;

/// How deeply a value can nest that a document reads as: along a path, with an element and what is
/// in it at its end, and then as much within a register.
const MAX_NESTING: usize = 2 * (MAX_PATH_DEPTH + 2);

/// How the register that says what a node is gets written.
type Say = fn(&mut RegisterState<Shape>, Scope<'_>, &Shape) -> Result<(), EditError>;

/// Where it needs to be.
pub(super) const ASSIGN: Say = assign_register;

/// In any case: of values that are set concurrently it may win.
pub(super) const SET: Say = set_register;

/// Says what the node is to be, then writes what the value holds over what was seen of it.
pub(super) fn write(
    state: &mut JsonState,
    mut scope: Scope<'_>,
    Json(value): Json,
    say: Say,
) -> Result<(), EditError> {
    scope.pin();
    say(&mut state.shape, scope, &Shape::of(&value))?;
    fill(state, scope, value)
}

/// Writes what a value holds, given that the register says that it is a container of this kind.
pub(super) fn fill(state: &mut JsonState, scope: Scope<'_>, value: Value) -> Result<(), EditError> {
    match value {
        Value::Object(entries) => {
            Object::write(state.entries_mut(), scope, nodes(entries), Writing::Anew)
        }
        Value::Array(items) => {
            Array::write(state.items_mut(), scope, elements(items), Writing::Anew)
        }
        _ => Ok(()),
    }
}

/// Makes the node a text that starts as a string.
pub(super) fn set_text(
    state: &mut JsonState,
    mut scope: Scope<'_>,
    text: String,
) -> Result<(), EditError> {
    scope.pin();
    set_register(&mut state.shape, scope, &Shape::Text)?;
    Text::write(state.text_mut(), scope, Text(text), Writing::Anew)
}

/// Edits what is there where the node remains what it is; assigns where it becomes something else.
pub(super) fn reconcile(
    state: &mut JsonState,
    mut scope: Scope<'_>,
    value: Json,
) -> Result<(), EditError> {
    scope.pin();
    let shape = state.shape(scope.chains());
    if matches!(shape, Shape::Whole(old) if Fingerprint::same::<Json>(old, &value)) {
        return Ok(());
    }
    match (shape, value.0) {
        (Shape::Object, Value::Object(entries)) => {
            Object::write(state.entries_mut(), scope, nodes(entries), Writing::Difference)
        }
        (Shape::Array, Value::Array(items)) => {
            Array::write(state.items_mut(), scope, elements(items), Writing::Difference)
        }
        (Shape::Text, Value::String(text)) => {
            Text::write(state.text_mut(), scope, Text(text), Writing::Difference)
        }
        (_, value) => write(state, scope, Json(value), ASSIGN),
    }
}

/// Feeds a value. One that nests deeper than any that is read counts as unlike any other, which
/// ends the descent before the stack does.
pub(super) fn fingerprint(value: &Value, print: &mut Fingerprint) {
    feed(value, print, MAX_NESTING);
}

fn feed(value: &Value, print: &mut Fingerprint, left: usize) {
    let Some(left) = left.checked_sub(1) else {
        return print.unknown();
    };
    match value {
        Value::Array(items) => {
            print.number(1);
            print.number(items.len());
            for item in items {
                feed(item, print, left);
            }
        }
        Value::Object(entries) => {
            print.number(2);
            print.number(entries.len());
            // `serde_json` can be built to keep entries as they were inserted.
            let sorted: SortedMap<_, _> = entries.iter().collect();
            for (key, value) in sorted {
                print.bytes(key.as_bytes());
                feed(value, print, left);
            }
        }
        scalar => {
            print.number(0);
            print.leaf(&Scalar(scalar));
        }
    }
}

fn nodes(entries: serde_json::Map<String, Value>) -> Map<String, Json> {
    entries.into_iter().map(|(key, value)| (key, Json(value))).collect()
}

fn elements(items: Vec<Value>) -> List<Json> {
    items.into_iter().map(Json).collect()
}
