use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(crate = "crdt_core", crate = "crdt_core")]
struct Board {
    title: String,
}

fn main() {}
