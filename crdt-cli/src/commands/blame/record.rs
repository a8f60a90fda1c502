//! Who wrote what is at a place, for programs.

use crdt_core::serde_json::Value;
use crdt_core::{Author, Blame, Change, ChangeHash, History, PlaceBlame};
use serde::Serialize;

use super::place::{Place, Run};
use crate::time;

/// A place.
#[derive(Serialize)]
pub(super) struct Record<'p> {
    pointer: &'p str,
    kind: &'static str,
    /// Of what has nothing below it.
    #[serde(skip_serializing_if = "Option::is_none")]
    value: Option<&'p Value>,
    made: Option<Origin<'p>>,
    set: Option<Origin<'p>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    runs: Option<Vec<Part<'p>>>,
}

/// A part of a text.
#[derive(Serialize)]
struct Part<'p> {
    /// The position of its first character, and the one behind its last.
    start: usize,
    end: usize,
    text: &'p str,
    #[serde(flatten)]
    origin: Option<Origin<'p>>,
}

/// A change, as far as it says who wrote something.
#[derive(Serialize)]
struct Origin<'p> {
    change: ChangeHash,
    author: Author,
    seq: u32,
    claimed_time: Option<String>,
    claimed_milliseconds: Option<u64>,
    message: Option<&'p str>,
}

impl<'p> Origin<'p> {
    fn of(change: Change<'p>) -> Self {
        Self {
            change: change.hash(),
            author: change.author(),
            seq: change.seq(),
            claimed_time: change.claimed_time().and_then(time::for_programs),
            claimed_milliseconds: change.claimed_time(),
            message: change.message(),
        }
    }
}

impl<'p> Record<'p> {
    pub(super) fn new(history: &'p History, place: &'p Place<'_>) -> Self {
        let origin = |change: &ChangeHash| history.change(change).map(Origin::of);
        let of = |blame: Option<Blame>| blame.and_then(|blame| origin(&blame.change));
        let parts = place.runs().map(|runs| {
            let part = |run: Run<'p>| Part {
                start: run.characters.start,
                end: run.characters.end,
                text: run.text,
                origin: origin(&run.change),
            };
            runs.map(part).collect()
        });
        let (kind, value) = match place.value {
            Value::Object(_) => ("object", None),
            Value::Array(_) => ("array", None),
            value if parts.is_some() => ("text", Some(value)),
            value => ("value", Some(value)),
        };
        let PlaceBlame { made, set, .. } = &place.blame;
        Self { pointer: &place.pointer, kind, value, made: of(*made), set: of(*set), runs: parts }
    }
}
