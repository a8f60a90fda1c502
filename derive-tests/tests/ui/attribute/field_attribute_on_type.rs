use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(text, rename = "board", default)]
struct Board {
    title: String,
}

fn main() {}
