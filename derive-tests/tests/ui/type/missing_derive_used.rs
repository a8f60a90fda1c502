use crdt_core::{CrdtNode, Document, Keypair};

struct Task;

#[derive(CrdtNode)]
struct Board {
    tasks: Vec<Task>,
}

fn main() {
    let mut document = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    let change = document.change(|board| board.tasks.push(Task));
    change.unwrap();
    let _: Vec<Task> = document.value().tasks;
}
