use crdt_core::CrdtNode;

#[derive(CrdtNode)]
enum Status {
    Open,
    Closed,
}

fn main() {}
