include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    if board.read().tasks.get(0).unwrap().done {
        println!("done");
    }
}
