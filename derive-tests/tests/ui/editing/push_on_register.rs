use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode)]
struct Task {
    #[crdt(register)]
    tags: Vec<String>,
}

fn main() {
    let mut task = Document::<Task>::create(Keypair::generate().unwrap()).unwrap();
    task.change(|task| task.tags.push("urgent".to_owned())).unwrap();
}
