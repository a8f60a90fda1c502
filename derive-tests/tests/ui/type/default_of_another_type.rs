use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(default = "start")]
    level: u8,
    #[crdt(skip, default = "start")]
    shown: bool,
}

fn start() -> String {
    String::new()
}

fn main() {}
