use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt]
struct Board {
    #[crdt = "text"]
    notes: String,
}

fn main() {}
