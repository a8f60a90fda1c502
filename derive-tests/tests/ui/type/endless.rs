use crdt_core::CrdtNode;

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

fn main() {}
