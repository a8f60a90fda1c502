use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(crate = "another name")]
struct Board {
    title: String,
}

#[derive(CrdtNode)]
#[crdt(crate = another_name)]
struct Task {
    title: String,
}

fn main() {}
