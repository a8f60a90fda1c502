use crdt_core::{CrdtNode, Register};
use uuid::Uuid;

mod uuid {
    #[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
    pub struct Uuid(u128);
}

#[derive(CrdtNode)]
struct Board {
    id: Uuid,
    owner: Option<uuid::Uuid>,
    kept: Vec<Register<Uuid>>,
}

fn main() {}
