use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    place: (u8, u8),
    path: Vec<(f64, f64)>,
}

fn main() {}
