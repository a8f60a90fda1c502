use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    icon: Box<[u8]>,
    seal: Option<Box<[u8]>>,
    icons: Vec<Box<[u8]>>,
}

fn main() {}
