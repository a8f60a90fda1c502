use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(alias = "Table")]
struct Board {
    #[crdt(alias)]
    title: String,
    #[crdt(alias("text", "body"))]
    notes: String,
    #[crdt(alias = "")]
    owner: String,
}

fn main() {}
