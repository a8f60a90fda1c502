//! What every document stands on, and knows no type: changes are verified, kept, saved and exchanged.

use crdt_core::History;
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// The history of a document of any type.
#[wasm_bindgen]
#[derive(Debug)]
pub struct OfAnyType(History);

#[wasm_bindgen]
impl OfAnyType {
    /// One that was saved.
    ///
    /// # Errors
    /// If it is none.
    pub fn load(bytes: &[u8]) -> Result<OfAnyType, JsError> {
        Ok(Self(History::load(bytes)?))
    }
}

exchanged!(OfAnyType);
