use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(text rename = "remarks")]
    notes: String,
}

fn main() {}
