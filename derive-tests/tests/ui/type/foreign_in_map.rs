use std::collections::BTreeMap;

use crdt_core::CrdtNode;

mod chrono {
    #[derive(Clone, Default, serde::Serialize, serde::Deserialize)]
    pub struct NaiveDate(i32);
}

#[derive(CrdtNode)]
struct Board {
    title: String,
    due: BTreeMap<String, chrono::NaiveDate>,
}

fn main() {}
