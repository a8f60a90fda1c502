include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    let mut kept = None;
    board
        .change(|board| {
            kept = Some(board);
            Ok(())
        })
        .unwrap();
}
