//! A document that has everything in it, for JavaScript.

include!("../../../../../crdt-typescript/tests/board/types.rs");

crdt_web::wasm_document!(Board as board_type);
