use crdt_core::CrdtNode;

#[derive(CrdtNode)]
enum Nothing {}

fn main() {}
