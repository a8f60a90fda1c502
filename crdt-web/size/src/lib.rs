//! What an app in a page links, by feature, to be measured: a board of five kinds of nodes, and what
//! is done with it.

#[cfg(any(feature = "document", feature = "history", feature = "text"))]
#[macro_use]
mod exchanged;

#[cfg(feature = "document")]
mod document;
#[cfg(feature = "history")]
mod history;
#[cfg(all(feature = "store", target_family = "wasm", target_os = "unknown"))]
mod store;
#[cfg(feature = "text")]
mod text;

use std::collections::BTreeMap;

use crdt_core::CrdtNode;
#[cfg(all(feature = "store", target_family = "wasm", target_os = "unknown"))]
pub use store::stored;

/// A register, a text, a counter, a list and a map.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
pub struct Board {
    title: String,
    #[crdt(text)]
    notes: String,
    #[crdt(counter)]
    votes: i64,
    tasks: Vec<Task>,
    labels: BTreeMap<String, String>,
    #[cfg(feature = "json")]
    extra: crdt_core::Json,
}

/// A node in a list.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
pub struct Task {
    title: String,
    done: bool,
}

#[cfg(feature = "typescript")]
crdt_web::wasm_document!(Board as board_type);
