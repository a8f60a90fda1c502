use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode)]
#[crdt(crate = "crate::collaboration")]
struct Board {
    title: String,
    tasks: Vec<Task>,
}

#[derive(CrdtNode)]
struct Task {
    title: String,
}

fn main() {
    let mut document = Document::<Task>::create(Keypair::generate().unwrap()).unwrap();
    document.change(|task| task.title.set("a")).unwrap();
}
