use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(rename = "")]
    title: String,
}

fn main() {}
