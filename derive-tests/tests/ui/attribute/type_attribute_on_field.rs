use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(crate = "another_name")]
    title: String,
}

fn main() {}
