use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(skip, text)]
    notes: String,
    #[crdt(register, skip)]
    place: (u8, u8),
}

fn main() {}
