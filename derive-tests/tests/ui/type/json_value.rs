use crdt_core::CrdtNode;
use serde_json::Value;

#[derive(CrdtNode)]
struct Board {
    title: String,
    settings: serde_json::Value,
    rows: Vec<Value>,
}

fn main() {}
