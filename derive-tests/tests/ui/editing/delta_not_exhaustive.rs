use crdt_core::{CrdtNode, Delta};

#[derive(CrdtNode)]
struct Task {
    title: String,
    done: bool,
}

fn redraw(delta: &Delta<Task>) {
    let Delta::<Task> { title } = delta;
    let _ = (title, &delta.name);
}

fn main() {}
