use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Connection {
    address: String,
    port: u16,
}

impl Drop for Connection {
    fn drop(&mut self) {}
}

fn main() {}
