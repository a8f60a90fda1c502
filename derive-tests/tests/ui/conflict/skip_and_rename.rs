use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(skip, rename = "store")]
    cache: String,
}

fn main() {}
