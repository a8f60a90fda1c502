use crdt_core::{CrdtNode, Delta};

#[derive(CrdtNode)]
struct Task {
    title: String,
}

#[derive(CrdtNode)]
struct Label {
    title: String,
}

fn redraw(task: &mut Task, delta: &Delta<Label>) {
    let _ = Task::apply_delta(task, delta);
}

fn main() {}
