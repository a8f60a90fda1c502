use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    cells: [u8; 9],
    rows: Option<[u8; 3]>,
}

fn main() {}
