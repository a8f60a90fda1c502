use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(text, counter)]
    votes: i64,
}

fn main() {}
