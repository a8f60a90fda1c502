use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(text, text)]
    notes: String,
    #[crdt(rename = "colour")]
    #[crdt(rename = "hue")]
    color: String,
}

fn main() {}
