use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(default = "")]
    title: String,
    #[crdt(default = "start()")]
    level: u8,
    #[crdt(default = 7)]
    weight: u8,
}

fn main() {}
