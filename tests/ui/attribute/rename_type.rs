use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(rename = "board")]
struct Board {
    title: String,
}

fn main() {}
