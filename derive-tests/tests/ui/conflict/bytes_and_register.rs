use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(register, bytes)]
    image: Vec<u8>,
    #[crdt(bytes, skip)]
    cache: Vec<u8>,
    #[crdt(key, bytes)]
    id: [u8; 16],
}

fn main() {}
