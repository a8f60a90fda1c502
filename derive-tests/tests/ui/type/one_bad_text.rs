use crdt_core::CrdtNode;

type Notes = u32;

#[derive(CrdtNode)]
struct Board {
    #[crdt(text)]
    notes: Notes,
    title: String,
    votes: u32,
}

fn main() {}
