use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(rename)]
struct Board {
    title: String,
}

#[derive(CrdtNode)]
#[crdt(alias = "")]
struct Page {
    title: String,
}

fn main() {}
