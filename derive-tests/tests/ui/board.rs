// What the cases of `editing` are about.

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
