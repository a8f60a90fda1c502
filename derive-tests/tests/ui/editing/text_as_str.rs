include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board.change(|board| board.notes.set("")).unwrap();
    if board.read().notes.contains("milk") {
        println!("buy it");
    }
}
