use std::sync::Mutex;

use crdt_core::{CrdtNode, Register};

type Shared = Mutex<u8>;

#[derive(CrdtNode)]
struct Board {
    title: String,
    #[crdt(register)]
    votes: Mutex<u8>,
    #[crdt(register)]
    likes: Shared,
    all: Vec<Register<Shared>>,
}

fn main() {}
