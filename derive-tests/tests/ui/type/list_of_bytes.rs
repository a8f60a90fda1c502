use std::collections::BTreeMap;

use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    image: Vec<u8>,
    preview: Option<Vec<u8>>,
    pages: Vec<Vec<u8>>,
    files: BTreeMap<String, Vec<u8>>,
    #[crdt(default = "blank")]
    icon: Vec<u8>,
    key: [u8; 32],
}

fn blank() -> Vec<u8> {
    vec![0]
}

fn main() {}
