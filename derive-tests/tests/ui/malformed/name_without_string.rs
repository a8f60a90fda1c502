use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(rename)]
    title: String,
    #[crdt(rename = remarks)]
    notes: String,
    #[crdt(rename("colour"))]
    color: String,
    #[crdt(rename =)]
    votes: i64,
}

fn main() {}
