use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(text, default = "hello")]
    notes: String,
}

fn hello() -> String {
    "Hello".to_owned()
}

fn main() {}
