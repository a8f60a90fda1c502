use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode, Clone)]
struct Board {
    title: String,
    #[crdt(text)]
    notes: String,
    #[crdt(counter)]
    votes: i64,
    points: i64,
    tasks: Vec<Task>,
    labels: std::collections::BTreeMap<String, Task>,
    status: Status,
}

#[derive(CrdtNode, Clone)]
struct Task {
    title: String,
    done: bool,
}

#[derive(CrdtNode, Clone)]
enum Status {
    #[crdt(default)]
    Open,
    Done {
        by: String,
    },
}

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board.change(|board| board.points.set(&3)).unwrap();
}
