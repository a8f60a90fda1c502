use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(default = "one", counter)]
    votes: i64,
}

fn one() -> i64 {
    1
}

fn main() {}
