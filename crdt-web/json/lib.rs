//! Documents of any JSON, for JavaScript.

crdt_web::wasm_document!(crdt_core::Json as json_type);
