use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(rename_all = "camelCase")]
struct Pair(String, String);

#[derive(CrdtNode)]
#[crdt(rename_all_fields = "camelCase")]
struct Board {
    first_title: String,
}

#[derive(CrdtNode)]
#[crdt(rename_all_fields = "camelCase")]
enum Status {
    #[crdt(default)]
    Open,
    #[crdt(rename_all = "camelCase")]
    Done(String),
}

fn main() {}
