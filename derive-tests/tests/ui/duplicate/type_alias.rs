use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(alias = "Board")]
struct Board {
    title: String,
}

#[derive(CrdtNode)]
#[crdt(rename = "Page", alias = "Sheet", alias = "Sheet", alias = "Page")]
struct Leaf {
    title: String,
}

#[derive(CrdtNode)]
#[crdt(rename = "Card", rename = "Note")]
struct Label(String);

fn main() {}
