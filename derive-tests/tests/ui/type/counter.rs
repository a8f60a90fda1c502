use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(counter)]
    weight: f64,
    #[crdt(counter)]
    title: String,
    #[crdt(counter)]
    votes: Option<i64>,
    #[crdt(counter)]
    hash: u128,
    #[crdt(counter)]
    likes: crdt_core::Counter,
}

fn main() {}
