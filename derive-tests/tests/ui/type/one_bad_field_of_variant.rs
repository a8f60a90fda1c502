use crdt_core::CrdtNode;

struct Place;

#[derive(CrdtNode)]
enum Status {
    #[crdt(default)]
    Open,
    Moved {
        to: Place,
        by: String,
        at: u64,
    },
}

fn main() {}
