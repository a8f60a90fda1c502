use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(key)]
    id: u64,
    #[crdt(key)]
    name: String,
}

#[derive(CrdtNode)]
struct Task {
    #[crdt(key, text)]
    title: String,
}

#[derive(CrdtNode)]
struct Label {
    #[crdt(skip, key)]
    name: String,
}

fn main() {}
