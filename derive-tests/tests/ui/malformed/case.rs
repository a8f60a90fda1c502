use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(rename_all = "camel_case")]
struct Board {
    first_title: String,
}

#[derive(CrdtNode)]
#[crdt(rename_all)]
struct Card {
    first_title: String,
}

fn main() {}
