use std::time::Instant;

use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    title: String,
    #[crdt(register)]
    opened: Instant,
}

fn main() {}
