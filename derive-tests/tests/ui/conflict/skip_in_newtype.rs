use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct UserId(#[crdt(skip)] String);

fn main() {}
