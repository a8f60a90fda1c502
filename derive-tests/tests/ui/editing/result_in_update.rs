use crdt_core::{Document, Keypair};

fn main() {
    let mut words = Document::<Vec<String>>::create(Keypair::generate().unwrap()).unwrap();
    words
        .update(|words| -> Result<(), String> {
            words.push("one".to_owned());
            Err("it was the wrong one".to_owned())
        })
        .unwrap()
        .unwrap();
}
