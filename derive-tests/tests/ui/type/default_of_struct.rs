use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Task {
    title: String,
}

#[derive(CrdtNode)]
struct Board {
    #[crdt(default = "first")]
    task: Task,
}

fn first() -> Task {
    Task { title: "First".to_owned() }
}

fn main() {}
