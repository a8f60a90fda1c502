use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(rename_all = "camelCase")]
struct Board {
    first_title: String,
    #[crdt(rename = "firstTitle")]
    heading: String,
}

fn main() {}
