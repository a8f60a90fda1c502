use crdt_core::CrdtNode;

struct Place;

#[derive(CrdtNode)]
struct Board {
    title: String,
    place: Place,
    votes: u32,
    tags: Vec<String>,
}

fn main() {}
