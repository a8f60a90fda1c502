use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(tetx)]
    notes: String,
    #[crdt(counter, skipped)]
    votes: i64,
    #[crdt(renamed = "colour")]
    color: String,
}

fn main() {}
