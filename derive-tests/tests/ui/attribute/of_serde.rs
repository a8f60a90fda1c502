use crdt_core::CrdtNode;

#[derive(CrdtNode)]
#[crdt(tag = "kind", deny_unknown_fields)]
enum Status {
    #[crdt(default)]
    Open,
    #[crdt(untagged)]
    Done {
        #[crdt(skip_serializing_if = "Option::is_none")]
        by: Option<String>,
        #[crdt(with = "seconds")]
        at: u64,
        #[crdt(skip_deserializing)]
        seen: bool,
    },
}

#[derive(CrdtNode)]
#[crdt(from = "String", default)]
struct Title {
    #[crdt(rename(serialize = "t", deserialize = "title"))]
    text: String,
    #[crdt(default = first)]
    number: u32,
    #[crdt(borrow)]
    language: String,
}

#[derive(CrdtNode)]
#[crdt(transparent)]
struct Name(String);

fn main() {}
