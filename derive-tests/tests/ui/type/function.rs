use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    on_change: fn(u8),
    data: *const u8,
}

fn main() {}
