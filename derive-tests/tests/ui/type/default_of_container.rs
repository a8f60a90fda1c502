use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(default = "first")]
    tags: Vec<String>,
}

fn first() -> Vec<String> {
    vec!["new".to_owned()]
}

fn main() {}
