use crdt_core::CrdtNode;

type Image = Vec<u16>;

#[derive(CrdtNode)]
struct Board {
    title: String,
    #[crdt(bytes)]
    image: Image,
}

fn main() {}
