use crdt_core::CrdtNode;

struct Place;

#[derive(CrdtNode)]
struct Board {
    #[crdt(register)]
    place: Place,
}

fn main() {}
