use std::time::SystemTime;

use crdt_core::{CrdtNode, Register};

mod chrono {
    pub struct DateTime<Zone>(Zone);
    pub struct Local;
}

#[derive(CrdtNode)]
struct Board {
    local: Vec<chrono::DateTime<chrono::Local>>,
    created: SystemTime,
    changed: Vec<Register<SystemTime>>,
    #[crdt(register)]
    opened: Option<SystemTime>,
    #[crdt(register, default = "epoch")]
    closed: SystemTime,
}

fn epoch() -> SystemTime {
    SystemTime::UNIX_EPOCH
}

fn main() {}
