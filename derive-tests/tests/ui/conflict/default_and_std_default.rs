use crdt_core::CrdtNode;

#[derive(CrdtNode, Default)]
enum Status {
    #[default]
    Open,
    #[crdt(default)]
    Closed,
}

fn main() {}
