use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Address(String);

impl Drop for Address {
    fn drop(&mut self) {}
}

fn main() {}
