use crdt_core::CrdtNode;

use std::collections::BTreeMap;

#[derive(CrdtNode)]
struct Board {
    by_weight: BTreeMap<f64, String>,
    by_path: BTreeMap<Vec<String>, String>,
    by_place: Vec<BTreeMap<(u8, u8), String>>,
    by_letter: BTreeMap<char, String>,
}

fn main() {}
