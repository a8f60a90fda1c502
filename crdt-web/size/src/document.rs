//! A document in memory: changed, updated, read, exchanged and saved.

use crdt_core::{Document, Keypair};
use wasm_bindgen::JsError;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::{Board, Task};

/// A board in memory.
#[wasm_bindgen]
#[derive(Debug)]
pub struct InMemory(Document<Board>);

#[wasm_bindgen]
impl InMemory {
    /// A new one.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn create() -> Result<InMemory, JsError> {
        Ok(Self(Document::create(Keypair::generate()?)?))
    }

    /// One that was saved.
    ///
    /// # Errors
    /// If it is none.
    pub fn load(bytes: &[u8]) -> Result<InMemory, JsError> {
        Ok(Self(Document::load(bytes, Keypair::generate()?)?))
    }

    /// Edits every kind of node.
    ///
    /// # Errors
    /// If an edit cannot be made.
    pub fn change(&mut self, text: &str) -> Result<(), JsError> {
        self.0.change(|board| {
            board.title.set(text)?;
            board.notes.insert(0, text)?;
            board.votes.add(1)?;
            board.tasks.push(Task { title: text.into(), done: false })?;
            board.tasks.at(0)?.done.set(true)?;
            board.labels.entry(text.to_owned())?.set(text)?;
            #[cfg(feature = "json")]
            board.extra.set("/text", text)?;
            Ok(())
        })?;
        Ok(())
    }

    /// Edits a plain value.
    ///
    /// # Errors
    /// If the edits cannot be made.
    pub fn update(&mut self, text: &str) -> Result<(), JsError> {
        self.0.update(|board| {
            board.notes.push_str(text);
            board.tasks.retain(|task| !task.done);
        })?;
        Ok(())
    }

    /// The text, and how much there is of everything else.
    pub fn read(&self) -> String {
        let Board { title, notes, votes, tasks, labels, .. } = self.0.value();
        let mut read = title + &notes;
        for number in [votes.unsigned_abs(), tasks.len() as u64, labels.len() as u64] {
            read.push(char::from((number % 10) as u8 + b'0'));
        }
        read
    }
}

exchanged!(InMemory);
