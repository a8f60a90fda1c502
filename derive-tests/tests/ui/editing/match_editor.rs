include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board
        .change(|board| match board.status {
            Status::Open => Ok(()),
            Status::Done { .. } => board.title.set("done"),
        })
        .unwrap();
}
