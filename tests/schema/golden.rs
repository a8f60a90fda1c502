//! What a type says that uses everything a schema can have.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet, VecDeque};
use std::marker::PhantomData;

use crdt_core::schema::{Body, Node, Schema, compare};
use crdt_core::{Counter, CrdtNode, Document, Json, List, Map, Register, Text};
use serde::{Deserialize, Serialize};

/// Has a field of every kind.
///
/// And a second paragraph:
///  - indented by one.
#[derive(CrdtNode)]
#[crdt(rename_all = "camelCase")]
#[allow(dead_code, reason = "no value is made, only the schema")]
struct Everything {
    /// Under a name of the case of the struct.
    short_title: String,
    #[crdt(rename = "size", alias = "length", alias = "width")]
    extent: u32,
    #[crdt(default = "seven")]
    lucky: i128,
    maybe: Option<bool>,
    #[doc = "Of another crate."]
    #[crdt(register)]
    color: Color,
    #[crdt(register, default = "grey")]
    background: Color,
    #[crdt(register)]
    colors: Vec<Option<Color>>,
    plain: Register<f64>,
    #[crdt(counter)]
    votes: u16,
    count: Counter,
    #[crdt(text)]
    notes: String,
    text: Text,
    tree: Vec<Everything>,
    child: Option<Box<Everything>>,
    queue: VecDeque<char>,
    list: List<Json>,
    groups: BTreeMap<String, BTreeSet<u8>>,
    users: HashMap<UserId, Option<UserId>>,
    flags: Map<bool, Status>,
    tags: HashSet<Box<UserId>>,
    json: Json,
    nothing: (),
    marker: PhantomData<fn(Color) -> u8>,
    owner: UserId,
    wrapped: Notes,
    pair: Pair<String, i64>,
    other_pair: Pair<UserId, Pair<bool, f32>>,
    same_name: other::Status,
    row: Row,
    grid: Grid<3>,
    empty: Empty,
    #[crdt(skip)]
    cache: Option<Vec<u8>>,
}

/// A value that serde alone knows.
#[derive(Clone, Default, Serialize, Deserialize)]
struct Color {
    red: u8,
    name: Option<String>,
}

/// The key of a user.
#[derive(CrdtNode, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
struct UserId(u64);

#[derive(CrdtNode)]
#[allow(dead_code)]
struct Notes(#[crdt(text)] String);

#[derive(CrdtNode)]
#[allow(dead_code)]
struct Pair<A, B> {
    #[crdt(key)]
    first: A,
    second: B,
}

#[derive(CrdtNode)]
#[allow(dead_code)]
struct Row(String, #[crdt(rename = "number")] u8, #[crdt(skip)] u8);

#[derive(CrdtNode)]
#[allow(dead_code)]
struct Grid<const N: usize> {
    cells: Vec<f32>,
}

#[derive(CrdtNode)]
struct Empty;

/// Where it stands.
#[derive(CrdtNode)]
#[crdt(rename_all = "snake_case", rename_all_fields = "kebab-case")]
#[allow(dead_code)]
enum Status {
    /// Before anything happens.
    #[crdt(default)]
    NotBegun,
    #[crdt(alias = "waiting", alias = "held")]
    Blocked {
        /// Who waits.
        waiting_for: UserId,
        #[crdt(text)]
        reason: String,
    },
    Moved(Box<Status>),
    Counted(#[crdt(counter)] i64),
    #[crdt(rename = "DONE")]
    Done(UserId, #[crdt(skip)] u8, f64),
    Hidden {
        #[crdt(skip)]
        cache: u8,
    },
    #[crdt(other)]
    Unknown,
}

mod other {
    use super::CrdtNode;

    #[derive(CrdtNode)]
    pub(super) struct Status {
        #[allow(dead_code)]
        code: u8,
    }
}

fn seven() -> i128 {
    7
}

fn grey() -> Color {
    Color { red: 128, name: Some("grey".to_owned()) }
}

#[test]
fn everything_is_said_as_it_was() {
    let schema = Schema::of::<Everything>();
    let json = serde_json::to_string_pretty(&schema).unwrap();
    assert!(json.trim() == include_str!("golden.json").trim(), "the schema is now:\n{json}");
    assert_eq!(serde_json::from_str::<Schema>(&json).unwrap(), schema);
    assert_eq!(Document::<Everything>::schema(), schema);
    assert!(compare(&schema, &schema).is_empty());
}

#[test]
fn a_schema_can_begin_anywhere() {
    assert_eq!(Schema::of::<Text>().root(), &Node::AnyText);
    assert!(Schema::of::<Text>().types().is_empty());
    let lists = Schema::of::<Vec<Option<Status>>>();
    let expected = Node::ListOf(Box::new(Node::OptionOf(Box::new(Node::Type("Status".into())))));
    assert_eq!(lists.root(), &expected);
    let names: Vec<_> = lists.types().keys().collect();
    assert_eq!(names, ["Status", "UserId"]);
    assert!(matches!(lists.types()["UserId"].body, Body::Newtype(Node::RegisterOf { .. })));
}

/// The one that comes first from the root has the name.
#[test]
fn types_of_one_name_are_told_apart() {
    #[derive(CrdtNode)]
    #[allow(dead_code)]
    struct Both {
        one: other::Status,
        two: Vec<Status>,
        three: other::Status,
    }
    let schema = serde_json::to_value(Schema::of::<Both>()).unwrap();
    let fields = &schema["types"]["Both"]["struct"]["named"];
    assert_eq!(fields[0]["node"]["type"], "Status");
    assert_eq!(fields[1]["node"]["list"]["type"], "Status#2");
    assert_eq!(fields[2]["node"]["type"], "Status");
    assert_eq!(schema["types"]["Status#2"]["docs"], "Where it stands.");
}
