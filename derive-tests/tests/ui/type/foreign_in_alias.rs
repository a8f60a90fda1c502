use crdt_core::CrdtNode;

mod uuid {
    #[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
    pub struct Uuid(u128);
}

type Members = Vec<uuid::Uuid>;

#[derive(CrdtNode)]
struct Board {
    title: String,
    members: Members,
}

fn main() {}
