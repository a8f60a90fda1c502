//! A document that uses every kind of node. Another test writes it in a browser too.

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Json};
use serde::Serialize;

/// How many fields a board has.
pub(crate) const FIELDS: usize = 25;
/// How many of them one run writes to.
pub(crate) const FOCUS: usize = 4;

#[derive(CrdtNode, Serialize, Clone, Debug, PartialEq)]
pub(crate) struct Board {
    pub(crate) title: String,
    pub(crate) open: bool,
    pub(crate) grade: char,
    pub(crate) ratio: f64,
    pub(crate) small: i8,
    #[crdt(default = "ten")]
    pub(crate) limit: u32,
    pub(crate) owner: Option<String>,
    pub(crate) author: UserId,
    #[crdt(counter)]
    pub(crate) votes: i64,
    #[crdt(counter)]
    pub(crate) stock: u8,
    #[crdt(text)]
    pub(crate) notes: String,
    #[crdt(register)]
    pub(crate) point: (i64, i64),
    pub(crate) tags: Vec<String>,
    pub(crate) grid: Vec<Vec<i64>>,
    pub(crate) tasks: Vec<Task>,
    pub(crate) status: Status,
    pub(crate) states: Vec<Status>,
    pub(crate) labels: BTreeMap<String, Label>,
    pub(crate) scores: BTreeMap<u8, i64>,
    pub(crate) shelves: BTreeMap<i64, Vec<String>>,
    pub(crate) flags: BTreeMap<bool, Option<Label>>,
    pub(crate) pinned: Option<Task>,
    pub(crate) cover: Box<Label>,
    pub(crate) moods: BTreeMap<String, Status>,
    pub(crate) extra: Json,
}

#[derive(CrdtNode, Serialize, Clone, Debug, PartialEq, Default)]
pub(crate) struct UserId(pub(crate) String);

#[derive(CrdtNode, Serialize, Clone, Debug, PartialEq, Default)]
pub(crate) struct Task {
    pub(crate) name: String,
    #[crdt(text)]
    pub(crate) body: String,
    pub(crate) done: bool,
    pub(crate) status: Status,
    pub(crate) steps: Vec<Task>,
}

#[derive(CrdtNode, Serialize, Clone, Debug, PartialEq, Default)]
pub(crate) struct Label {
    pub(crate) color: String,
    pub(crate) weight: i64,
}

#[derive(CrdtNode, Serialize, Clone, Debug, PartialEq, Default)]
pub(crate) enum Status {
    #[default]
    Todo,
    Blocked(String),
    Doing {
        by: String,
        #[crdt(counter)]
        hours: i64,
    },
    Pair(i64, String),
    Marked(Label),
}

fn ten() -> u32 {
    10
}
