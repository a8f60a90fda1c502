use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(creat = "another_name", frobnicate)]
struct Board {
    title: String,
}

fn main() {}
