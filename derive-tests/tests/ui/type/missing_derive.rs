use crdt_core::CrdtNode;

struct Task {
    title: String,
}

#[derive(CrdtNode)]
struct Board {
    first: Task,
    tasks: Vec<Task>,
}

fn main() {}
