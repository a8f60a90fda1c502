use crdt_core::CrdtNode;

const CELLS: usize = 64;

#[derive(CrdtNode)]
struct Board {
    title: String,
    #[crdt(register)]
    cells: [u16; CELLS],
}

fn main() {}
