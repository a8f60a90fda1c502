use crdt_core::{CrdtNode, Document};

#[derive(CrdtNode)]
struct Tally<T> {
    title: String,
    #[crdt(counter)]
    votes: T,
}

fn read(_: &Document<Tally<f32>>) {}

fn main() {}
