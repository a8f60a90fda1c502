use crdt_core::{Bytes, CrdtNode};

#[derive(CrdtNode)]
struct Board {
    #[crdt(bytes)]
    title: String,
    #[crdt(bytes)]
    sizes: Vec<u16>,
    #[crdt(bytes)]
    image: Bytes,
    #[crdt(bytes)]
    boxed: Box<Vec<u8>>,
    #[crdt(bytes)]
    cells: [u16; 4],
}

fn main() {}
