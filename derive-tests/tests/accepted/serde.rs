// The types that stand for nodes are serialized as what is in them.
#![deny(warnings)]

use std::collections::BTreeMap;

use crdt_core::serde_json::{from_value, json, to_value};
use crdt_core::{Bytes, Counter, CrdtNode, List, Map, Register, Text};
use serde::{Deserialize, Serialize};

#[derive(CrdtNode, Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Board {
    notes: Text,
    votes: Counter,
    tags: List<Text>,
    sizes: Map<String, Counter>,
    place: Register<(u8, u8)>,
    image: Bytes,
}

#[test]
fn works() {
    let board = Board {
        notes: "Hello".into(),
        votes: Counter(-3),
        tags: List(vec!["a".into(), "b".into()]),
        sizes: Map(BTreeMap::from([("x".to_owned(), Counter(4))])),
        place: Register((1, 2)),
        image: Bytes(vec![7, 8]),
    };
    let written = json!({
        "notes": "Hello",
        "votes": -3,
        "tags": ["a", "b"],
        "sizes": { "x": 4 },
        "place": [1, 2],
        "image": [7, 8],
    });
    assert_eq!(to_value(&board).unwrap(), written);
    assert_eq!(from_value::<Board>(written).unwrap(), board);
}
