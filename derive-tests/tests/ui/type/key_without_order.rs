use crdt_core::CrdtNode;

use std::collections::BTreeMap;

#[derive(CrdtNode, Clone, PartialEq)]
struct LabelId(String);

#[derive(CrdtNode)]
struct Board {
    labels: BTreeMap<LabelId, String>,
}

fn main() {}
