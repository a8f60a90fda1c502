use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board<const N: usize> {
    #[crdt(register)]
    hash: [u8; 33],
    #[crdt(register)]
    cells: [u16; 64],
    #[crdt(register)]
    rest: [u8; N],
    #[crdt(register)]
    few: [u8; 32],
}

fn main() {}
