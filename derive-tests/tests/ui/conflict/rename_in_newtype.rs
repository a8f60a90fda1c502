use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct UserId(#[crdt(rename = "id")] String);

#[derive(CrdtNode)]
enum Contact {
    #[crdt(default)]
    Mail(#[crdt(rename = "address")] String),
}

fn main() {}
