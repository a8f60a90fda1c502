use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(alias = "notes")]
    title: String,
    notes: String,
    #[crdt(alias = "colour", alias = "colour")]
    color: String,
    #[crdt(alias = "colour")]
    background: String,
    #[crdt(alias = "owner")]
    owner: String,
}

fn main() {}
