use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Forest(Vec<Forest>);

fn main() {}
