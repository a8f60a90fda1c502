use crdt_core::CrdtNode;

use std::rc::Rc;
use std::sync::{Arc, Mutex};

#[derive(CrdtNode)]
struct Board {
    title: Arc<String>,
    notes: Vec<Arc<String>>,
    color: Rc<String>,
    votes: Mutex<u8>,
}

fn main() {}
