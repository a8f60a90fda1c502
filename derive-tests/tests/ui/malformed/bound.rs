use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(bound = "CrdtNode")]
struct Board<T> {
    title: T,
    #[crdt(bound = T)]
    notes: T,
    #[crdt(bound)]
    owner: T,
}

fn main() {}
