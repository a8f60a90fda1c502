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
    lead: Option<Task>,
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
    board
        .change(|board| {
            if let Some(mut lead) = board.lead.as_mut() {
                lead.done.set(true)?;
            }
            board.lead.take();
            Ok(())
        })
        .unwrap();
    board.read().lead.unwrap();
}
