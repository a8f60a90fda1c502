use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(register)]
    #[crdt(text)]
    #[crdt(counter)]
    notes: String,
}

fn main() {}
