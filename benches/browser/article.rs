//! The document that is measured, for JavaScript.
#![cfg(all(target_family = "wasm", target_os = "unknown"))]

use crdt_core::CrdtNode;

/// A document that is one text, as the recordings are.
#[derive(CrdtNode, Debug)]
pub struct Article {
    #[crdt(text)]
    body: String,
}

crdt_web::wasm_document!(Article as article_type);
