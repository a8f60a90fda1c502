use crdt_core::CrdtNode;

mod uuid {
    #[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
    pub struct Uuid(u128);
}

#[derive(CrdtNode)]
struct Board {
    title: String,
    members: Vec<uuid::Uuid>,
}

fn main() {}
