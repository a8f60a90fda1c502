use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    title: String,
    #[crdt(rename = "title")]
    heading: String,
    #[crdt(rename = "color")]
    front: String,
    #[crdt(rename = "color")]
    back: String,
}

fn main() {}
