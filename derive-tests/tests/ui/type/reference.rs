use crdt_core::CrdtNode;

#[derive(CrdtNode)]
struct Board {
    title: &'static str,
    tags: Vec<&'static String>,
    cells: &'static [u8],
    name: Box<str>,
}

fn main() {}
