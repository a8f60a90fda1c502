use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Tree {
    name: String,
    child: Tree,
}

fn main() {}
