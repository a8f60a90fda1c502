use crdt_core::CrdtNode;

trait Shape {}

#[derive(CrdtNode)]
struct Board {
    shapes: Vec<Box<dyn Shape>>,
}

fn main() {}
