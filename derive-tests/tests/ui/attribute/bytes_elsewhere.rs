use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(bytes)]
struct Board {
    title: String,
}

#[derive(CrdtNode)]
enum Image {
    #[crdt(default)]
    None,
    #[crdt(bytes)]
    Png { data: crdt_core::Bytes },
}

fn main() {}
