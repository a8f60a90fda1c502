include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board
        .change(|board| {
            for label in board.labels.values_mut() {
                label.done.set(true)?;
            }
            Ok(())
        })
        .unwrap();
}
