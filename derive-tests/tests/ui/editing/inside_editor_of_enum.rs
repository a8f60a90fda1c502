use crdt_core::{CrdtNode, Document, Keypair};

#[derive(CrdtNode, Clone)]
struct Board {
    status: Status,
}

#[derive(CrdtNode, Clone)]
enum Status {
    #[crdt(default)]
    Open,
    Done {
        by: String,
    },
}

fn main() {
    let mut board = Document::<Board>::create(Keypair::generate().unwrap()).unwrap();
    board.change(|board| board.status.by.set("Ann")).unwrap();
    let _ = board.read().status.by;
    let _ = board.read().status.payloads();
}
