use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt("text")]
    notes: String,
    #[crdt(7, counter)]
    votes: i64,
}

fn main() {}
