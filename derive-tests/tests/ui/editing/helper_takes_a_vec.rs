include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board.change(|board| finish(&mut board.tasks)).unwrap();
}

fn finish(tasks: &mut Vec<Task>) -> Result<(), crdt_core::EditError> {
    tasks[0].done = true;
    Ok(())
}
