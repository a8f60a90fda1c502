use crdt_core::CrdtNode;

#[derive(CrdtNode)]
enum Status {
    #[crdt(default = "Open")]
    Open,
    Closed,
}

fn main() {}
