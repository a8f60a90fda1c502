// A document that has everything in it. It is included where it is tested with.

use std::collections::{BTreeMap, BTreeSet};

use crdt_core::{Bytes, CrdtNode, Json};

/// A board with
/// everything */ in it.
#[derive(CrdtNode)]
struct Board {
    /// What it is called.
    title: String,
    #[crdt(text)]
    notes: String,
    tasks: Vec<Task>,
    labels: BTreeMap<String, Vec<String>>,
    #[crdt(rename = "by-number")]
    by_number: BTreeMap<u64, Task>,
    members: BTreeSet<String>,
    #[crdt(counter)]
    votes: i64,
    due: Option<Due>,
    seen: Option<u32>,
    maybe: Vec<Option<Due>>,
    picture: Bytes,
    extra: Json,
    aside: Option<Json>,
    nothing: (),
    parent: Option<Box<Board>>,
    pair: Pair<String, i64>,
    place: Place,
    #[crdt(register)]
    color: Color,
}

#[derive(CrdtNode)]
struct Task {
    title: String,
    done: bool,
    #[crdt(counter)]
    points: u8,
    status: Status,
    parts: Parts,
    tags: Tags,
}

/// Nested without end.
#[derive(CrdtNode)]
struct Parts {
    parts: Vec<Parts>,
}

/// A name by itself.
#[derive(CrdtNode)]
struct Tags(Vec<String>);

#[derive(CrdtNode)]
enum Status {
    #[crdt(default)]
    Open,
    /// Somebody has done it.
    Done {
        by: String,
        #[crdt(text)]
        how: String,
    },
    Handed(Due),
    Moved(u32, String),
}

#[derive(CrdtNode)]
struct Due {
    day: u32,
}

#[derive(CrdtNode)]
struct Pair<A: CrdtNode, B: CrdtNode> {
    first: A,
    second: B,
}

#[derive(CrdtNode)]
struct Place(f64, f64);

#[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
struct Color(u8, u8, u8);
