use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(key)]
struct Pair(#[crdt(key)] u64, String);

#[derive(CrdtNode)]
enum Status {
    #[crdt(default)]
    Open,
    Done {
        #[crdt(key)]
        by: String,
    },
}

#[derive(CrdtNode)]
struct Id(#[crdt(key)] u64);

fn main() {}
