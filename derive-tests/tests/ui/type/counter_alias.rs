use crdt_core::CrdtNode;

type Votes = f32;

#[derive(CrdtNode)]
struct Board {
    #[crdt(counter)]
    votes: Votes,
}

fn main() {}
