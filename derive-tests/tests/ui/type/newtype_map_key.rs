use crdt_core::CrdtNode;

use std::collections::BTreeMap;

#[derive(CrdtNode, Clone, PartialEq, PartialOrd)]
struct Weight(f64);

#[derive(CrdtNode)]
struct Board {
    by_weight: BTreeMap<Weight, String>,
}

fn main() {}
