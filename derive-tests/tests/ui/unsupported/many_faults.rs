use crdt_core::{CrdtNode, Document, Keypair};

struct Task;

#[derive(CrdtNode)]
#[crdt(creat = "crdt_core")]
struct Board {
    #[crdt(tetx, rename)]
    notes: String,
    #[crdt(text, counter)]
    votes: i64,
    size: usize,
    tasks: Vec<Task>,
}

fn main() {
    let mut document = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    let change = document.change(|board| board.notes.insert(0, "a"));
    change.unwrap();
}
