include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board
        .change(|board| {
            for task in board.tasks.iter_mut() {
                task.done.set(true)?;
            }
            Ok(())
        })
        .unwrap();
}
