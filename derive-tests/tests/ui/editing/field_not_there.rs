include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board.change(|board| board.titel.set("x")).unwrap();
}
