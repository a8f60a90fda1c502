use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(text = "true")]
    notes: String,
    #[crdt(counter(i64))]
    votes: i64,
}

fn main() {}
