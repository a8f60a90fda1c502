use crdt_core::{CrdtNode, Document, EditError, Editor, Keypair};

#[derive(CrdtNode)]
struct Task {
    title: String,
    done: bool,
}

fn finish(task: &mut Editor<'_, Task>) -> Result<(), EditError> {
    task.done = true;
    Ok(())
}

fn main() {
    let mut task = Document::<Task>::create(Keypair::generate().unwrap()).unwrap();
    task.change(finish).unwrap();
}
