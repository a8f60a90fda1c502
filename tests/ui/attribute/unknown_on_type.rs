use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(creat = "another_name", deny_unknown_fields)]
struct Board {
    title: String,
}

fn main() {}
