use crdt_core::DocumentId;
use serde::Serialize;

/// A document of a store, as programs are told of it.
#[derive(Serialize)]
pub(crate) struct Listed {
    pub(crate) document: DocumentId,
    #[serde(rename = "type")]
    pub(crate) type_name: Option<String>,
    pub(crate) title: Option<String>,
    pub(crate) changes: u64,
}
