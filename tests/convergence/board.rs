//! A document that uses every kind of node, and its description for the interpreter.

use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Json};
use serde::Serialize;

use crate::interpreter::{Schema, Shape};

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

fn signed_64(lowest: i64, highest: i64) -> Schema {
    Schema::Counter { lowest: lowest.into(), highest: highest.into() }
}

pub(crate) fn board() -> Schema {
    Schema::Struct(vec![
        ("title", Schema::leaf::<String>()),
        ("open", Schema::leaf::<bool>()),
        ("grade", Schema::leaf::<char>()),
        ("ratio", Schema::leaf::<f64>()),
        ("small", Schema::leaf::<i8>()),
        ("limit", Schema::leaf_from(&10_u32)),
        ("owner", Schema::leaf::<Option<String>>()),
        ("author", Schema::leaf::<String>()),
        ("votes", signed_64(i64::MIN, i64::MAX)),
        ("stock", signed_64(0, 255)),
        ("notes", Schema::Text),
        ("point", Schema::leaf::<(i64, i64)>()),
        ("tags", Schema::list(Schema::leaf::<String>())),
        ("grid", Schema::list(Schema::list(Schema::leaf::<i64>()))),
        ("tasks", Schema::list(task())),
        ("status", status()),
        ("states", Schema::list(status())),
        ("labels", Schema::text_map(label())),
        ("scores", Schema::integer_map::<u8>(Schema::leaf::<i64>())),
        ("shelves", Schema::integer_map::<i64>(Schema::list(Schema::leaf::<String>()))),
        ("flags", Schema::bool_map(Schema::optional(label()))),
        ("pinned", Schema::optional(task())),
        ("cover", label()),
        ("moods", Schema::text_map(status())),
        ("extra", Schema::Json),
    ])
}

/// A few neighbouring fields of the board, so that what is written to them meets.
pub(crate) fn part(focus: usize) -> Schema {
    let Schema::Struct(mut fields) = board() else { unreachable!("a board is a struct") };
    fields.rotate_left(focus % FIELDS);
    fields.truncate(FOCUS);
    Schema::Struct(fields)
}

fn task() -> Schema {
    Schema::Struct(vec![
        ("name", Schema::leaf::<String>()),
        ("body", Schema::Text),
        ("done", Schema::leaf::<bool>()),
        ("status", status()),
        ("steps", Schema::list(Schema::Recursive(task))),
    ])
}

fn label() -> Schema {
    Schema::Struct(vec![("color", Schema::leaf::<String>()), ("weight", Schema::leaf::<i64>())])
}

fn status() -> Schema {
    let doing = vec![("by", Schema::leaf::<String>()), ("hours", signed_64(i64::MIN, i64::MAX))];
    let pair = vec![Schema::leaf::<i64>(), Schema::leaf::<String>()];
    Schema::Enum {
        default: "Todo",
        variants: vec![
            ("Todo", Shape::Unit),
            ("Blocked", Shape::Newtype(Schema::leaf::<String>())),
            ("Doing", Shape::Struct(doing)),
            ("Pair", Shape::Tuple(pair)),
            ("Marked", Shape::Newtype(label())),
        ],
    }
}
