//! A slow interpreter of histories that is meant to be obviously right: the oracle of every
//! convergence test.
//!
//! It is given the set of changes and a description of the Rust type, and it says which value they
//! make by the definition of each node over the whole set of ops. It keeps no state between
//! changes, knows no order of arrival, and shares nothing with the engine but the decoding of ops:
//! chains, names, times and causality are computed here once more, the naive way.

mod causality;
mod fugue;
mod list;
mod node;
mod schema;
mod spelling;
mod standing;

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::{ChangeHash, History};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;

use causality::Act;
pub(crate) use causality::{OpId, Step};
pub(crate) use schema::{Schema, Shape, text_key};
pub(crate) use standing::Visible;

/// The values that stand side by side in a field of the document that is a register of type `T`,
/// the one that wins first.
pub(crate) fn conflicts<T: Serialize + DeserializeOwned>(
    history: &History,
    field: &str,
) -> Vec<Value> {
    let (dag, deeds) = causality::read(history);
    let path = [Step::Field(field.to_owned())];
    node::Tree::new(&dag, deeds).standing(&path, schema::read_leaf::<T>)
}

/// The values that stand side by side in a field of the document that is any JSON, the one that
/// wins first.
pub(crate) fn json_conflicts(history: &History, field: &str) -> Vec<Value> {
    let (dag, deeds) = causality::read(history);
    node::Tree::new(&dag, deeds).standing_json(&[Step::Field(field.to_owned())])
}

/// The changes that wrote what stands at a place of the document and below it, whatever it is:
/// known or unknown to a schema, and of whichever kinds of nodes.
///
/// Who writes over a place as a whole leaves nothing there but what that change writes itself.
pub(crate) fn writers(history: &History, place: &[Step]) -> BTreeSet<ChangeHash> {
    let (dag, deeds) = causality::read(history);
    node::Tree::new(&dag, deeds).standing_below(place).map(|id| id.change).collect()
}

/// What an annul can have an effect on, by node: adds, resets, deletes and places of moves.
pub(crate) fn annullable(history: &History) -> BTreeMap<Vec<Step>, Vec<OpId>> {
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for deed in causality::read(history).1 {
        let count = match &deed.act {
            Act::Add(_) | Act::Reset(_) | Act::Delete(_) => 1,
            Act::Move(_, elements) => elements.len(),
            _ => continue,
        };
        let ids = (deed.id.offset..).take(count).map(|offset| OpId { offset, ..deed.id });
        all.entry(deed.path).or_default().extend(ids);
    }
    all
}

/// The value that the changes of a history make under a schema.
pub(crate) fn interpret(history: &History, schema: &Schema) -> Value {
    let (dag, deeds) = causality::read(history);
    node::Tree::new(&dag, deeds).value(schema, &[])
}
