use crdt_core::CrdtNode;

#[derive(CrdtNode)]
enum Status {
    #[crdt(default)]
    Open,
    #[crdt(rename = "Open")]
    Started,
}

fn main() {}
