use std::collections::BTreeMap;

use crdt_core::{CrdtNode, Document};

#[derive(CrdtNode)]
struct Index<K, V> {
    title: String,
    entries: BTreeMap<K, V>,
}

fn read(_: &Document<Index<char, u8>>) {}

fn main() {}
