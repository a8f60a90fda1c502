use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(flatten)]
    meta: Meta,
}

#[derive(CrdtNode)]
struct Meta {
    title: String,
}

fn main() {}
