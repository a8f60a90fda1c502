use crdt_core::{Document, Keypair};

fn main() {
    let words = Document::<Vec<String>>::create(Keypair::generate().unwrap()).unwrap();
    words.read().push("one").unwrap();
}
