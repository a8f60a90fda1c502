use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(other)]
    rest: String,
}

fn main() {}
