use crdt_core::CrdtNode;

struct Name;

#[derive(CrdtNode)]
struct UserId(Name);

#[derive(CrdtNode)]
struct Board {
    owner: UserId,
}

fn main() {}
