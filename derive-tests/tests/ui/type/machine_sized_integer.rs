use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    size: usize,
    offsets: Vec<isize>,
    #[crdt(counter)]
    votes: usize,
    #[crdt(register)]
    place: (usize, u8),
}

fn main() {}
