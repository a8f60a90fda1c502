use crdt_core::CrdtNode;

#[derive(CrdtNode)]
enum Status {
    #[crdt(default)]
    Open,
    Taken,
    #[crdt(default)]
    Closed,
}

fn main() {}
