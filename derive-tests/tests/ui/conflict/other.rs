use crdt_core::CrdtNode;

#[derive(CrdtNode)]
enum Status {
    #[crdt(default)]
    Open,
    #[crdt(other)]
    Unknown,
    #[crdt(other)]
    Newer(String),
}

fn main() {}
