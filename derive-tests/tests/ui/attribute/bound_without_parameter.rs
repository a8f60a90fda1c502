use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(bound = "String: Clone")]
struct Board {
    #[crdt(bound = "")]
    title: String,
}

fn main() {}
