use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode)]
union Bits {
    integer: u32,
    float: f32,
}

fn main() {
    let _ = Document::<Bits>::create(Keypair::generate().unwrap()).unwrap();
}
