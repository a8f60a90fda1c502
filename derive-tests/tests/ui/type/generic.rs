use crdt_core::CrdtNode;

struct Foreign;

#[derive(CrdtNode)]
struct Page<T> {
    first: T,
    more: Vec<T>,
    foreign: Vec<Foreign>,
}

fn main() {}
