use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Tree {
    name: String,
    child: Box<Tree>,
    maybe: Option<Box<Tree>>,
}

#[derive(CrdtNode)]
enum Expr {
    #[crdt(default)]
    Negated(Box<Self>),
    Number(f64),
}

fn main() {}
