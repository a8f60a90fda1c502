use crdt_core::CrdtNode;

type Notes = u32;

#[derive(CrdtNode)]
struct Board {
    #[crdt(text)]
    notes: Notes,
}

fn main() {}
