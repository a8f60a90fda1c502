use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    #[crdt(default = "start")]
    level: u8,
    #[crdt(default = "begin")]
    weight: u8,
}

fn start(level: u8) -> u8 {
    level
}

fn main() {}
