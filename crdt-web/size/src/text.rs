//! The smallest document: a text, changed, read, exchanged and saved.

use crdt_core::{CrdtNode, Document, Keypair};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

/// A text.
#[derive(CrdtNode, Clone, Debug, PartialEq)]
struct Note {
    #[crdt(text)]
    body: String,
}

/// One in memory.
#[wasm_bindgen]
#[derive(Debug)]
pub struct OfText(Document<Note>);

#[wasm_bindgen]
impl OfText {
    /// A new one.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn create() -> Result<OfText, JsError> {
        Ok(Self(Document::create(Keypair::generate()?)?))
    }

    /// One that was saved.
    ///
    /// # Errors
    /// If it is none.
    pub fn load(bytes: &[u8]) -> Result<OfText, JsError> {
        Ok(Self(Document::load(bytes, Keypair::generate()?)?))
    }

    /// Writes at its beginning.
    ///
    /// # Errors
    /// If that cannot be done.
    pub fn change(&mut self, text: &str) -> Result<(), JsError> {
        Ok(self.0.change(|note| note.body.insert(0, text))?)
    }

    /// The text.
    pub fn read(&self) -> String {
        self.0.value().body
    }
}

exchanged!(OfText);
