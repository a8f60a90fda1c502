include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    let open = match board.read().status {
        Status::Open => true,
        Status::Done { .. } => false,
    };
    assert!(open);
}
