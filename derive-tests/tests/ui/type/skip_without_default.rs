use crdt_core::CrdtNode;

struct Cache;

#[derive(CrdtNode)]
struct Board {
    #[crdt(skip)]
    cache: Cache,
}

fn main() {}
