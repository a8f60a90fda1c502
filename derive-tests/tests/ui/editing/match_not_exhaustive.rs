include!("../board.rs");

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    let status = match board.read().status.variant() {
        crdt_core::Variant::<Status>::Open => "open",
    };
    drop(status);
}
