use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Id {
    number: u64,
}

#[derive(CrdtNode)]
struct Task {
    #[crdt(key)]
    id: Id,
}

fn main() {}
