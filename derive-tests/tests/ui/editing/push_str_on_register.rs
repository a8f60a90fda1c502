include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board.change(|board| board.title.push_str("x")).unwrap();
}
