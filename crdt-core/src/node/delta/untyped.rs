//! What changed in documents, and parts of documents, whose Rust type is not known.

use super::{list_delta, map_delta, text_delta};
use crate::history::Chains;
use crate::node::untyped::Shown;
use crate::node::{Json, JsonDelta, TextState, Untyped};

/// The delta of what a node is shown as. No deeper than a path is long.
///
/// Nothing here asks whether two parts are one node: elements and characters have names of their
/// own, and what has none is compared by its value.
pub(crate) fn untyped_delta(
    before: &Untyped,
    after: &Untyped,
    chains: &Chains,
) -> Option<JsonDelta> {
    let value = |node: &Untyped| Json(node.to_json(chains));
    let delta = |before: &Untyped, after: &Untyped| untyped_delta(before, after, chains);
    match (before.shown(chains), after.shown(chains)) {
        (Shown::Object(before), Shown::Object(after)) => {
            map_delta(before.into_iter(), after.into_iter(), value, delta).map(JsonDelta::Object)
        }
        (Shown::Array(before), Shown::Array(after)) => {
            let [before, after] = [before, after].map(|list| list.map(|list| list.items()));
            let (before, after) = (before.unwrap_or_default(), after.unwrap_or_default());
            list_delta(&before, &after, value, delta).map(JsonDelta::Array)
        }
        (Shown::Text(before), Shown::Text(after)) => {
            let blank = TextState::default();
            let (before, after) = (before.unwrap_or(&blank), after.unwrap_or(&blank));
            text_delta(before, after, chains).map(JsonDelta::Text)
        }
        _ => JsonDelta::replaced(&before.to_json(chains), after.to_json(chains)),
    }
}
