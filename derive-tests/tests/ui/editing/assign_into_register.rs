include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board
        .change(|board| {
            board.title = "x".into();
            board.points = 3.into();
            Ok(())
        })
        .unwrap();
}
