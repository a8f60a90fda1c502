use crdt_core::{CrdtNode, Document};

struct Task;

#[derive(CrdtNode)]
struct Board {
    tasks: Vec<Task>,
}

fn main() {
    let mut document = Document::<Board>::create();
    let change = document.change(|board| board.tasks.push(Task));
    change.unwrap();
    let _: Vec<Task> = document.value().tasks;
}
