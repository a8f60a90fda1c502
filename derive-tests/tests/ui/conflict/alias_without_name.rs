use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Title(#[crdt(alias = "title")] String);

#[derive(CrdtNode)]
struct Board {
    #[crdt(skip, alias = "store")]
    cache: String,
}

fn main() {}
