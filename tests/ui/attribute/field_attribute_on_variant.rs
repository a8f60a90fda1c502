use crdt_core::CrdtNode;

#[derive(CrdtNode)]
enum Status {
    #[crdt(default)]
    Open,
    #[crdt(skip)]
    Hidden,
    #[crdt(text, register)]
    Noted(String),
}

fn main() {}
