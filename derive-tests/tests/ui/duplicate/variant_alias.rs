use crdt_core::CrdtNode;

#[derive(CrdtNode)]
enum Status {
    #[crdt(default)]
    Open,
    #[crdt(alias = "Open", alias = "Closed")]
    Done,
    #[crdt(alias = "Closed")]
    Gone,
}

fn main() {}
