use crdt_core::CrdtNode;

#[derive(Clone, PartialEq, serde::Serialize, serde::Deserialize)]
struct Place(u8);

#[derive(CrdtNode)]
struct Board {
    #[crdt(register)]
    place: Place,
}

fn main() {}
