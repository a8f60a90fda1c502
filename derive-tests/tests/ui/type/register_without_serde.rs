use crdt_core::CrdtNode;

#[derive(Default)]
struct Place;

#[derive(CrdtNode)]
struct Board {
    #[crdt(register)]
    place: Place,
}

fn main() {}
