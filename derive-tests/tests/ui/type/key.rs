use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Point {
    #[crdt(key)]
    x: f64,
}

#[derive(CrdtNode)]
struct Task {
    #[crdt(key)]
    tags: Vec<String>,
}

fn main() {}
