use std::collections::BTreeMap;

use crdt_core::CrdtNode;

#[derive(CrdtNode, PartialEq, Eq, PartialOrd, Ord)]
struct LabelId(String);

#[derive(CrdtNode)]
struct Board {
    labels: BTreeMap<LabelId, String>,
}

fn main() {}
