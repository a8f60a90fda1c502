use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(frobnicate)]
    title: String,
}

fn main() {}
