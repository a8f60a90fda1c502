use crdt_core::{CrdtNode, Document};

#[derive(CrdtNode)]
struct Page<T> {
    title: String,
    #[crdt(text)]
    body: T,
}

fn read(_: &Document<Page<u8>>) {}

fn main() {}
