use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode)]
struct Tree {
    name: String,
    child: Tree,
    other: Option<Tree>,
}

#[derive(CrdtNode)]
enum Expr {
    #[crdt(default)]
    Number(f64),
    Negated(Self),
}

fn main() {
    let mut document = Document::<Tree>::create(Keypair::generate().unwrap()).unwrap();
    let _ = document.value();
}
