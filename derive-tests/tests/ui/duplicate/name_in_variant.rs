use crdt_core::CrdtNode;

#[derive(CrdtNode)]
enum Status {
    #[crdt(default)]
    Open,
    Closed(String, #[crdt(rename = "0")] String),
}

fn main() {}
