use crdt_core::CrdtNode;

#[derive(CrdtNode)]
enum Connection {
    #[crdt(default)]
    Closed,
    Open { address: String },
}

impl Drop for Connection {
    fn drop(&mut self) {}
}

fn main() {}
