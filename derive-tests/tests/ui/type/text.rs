use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(text)]
    votes: u32,
    #[crdt(text)]
    notes: Option<String>,
    #[crdt(text)]
    place: (String, String),
    #[crdt(text)]
    title: crdt_core::Text,
}

fn main() {}
