//! What JavaScript is given: types, and documents.

use core::cell::RefCell;
use std::rc::Rc;

use crdt_core::{ChangeHash, ChangeOptions, CrdtNode, Document, DocumentId, Keypair};
use js_sys::{Array, Function, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use super::any::{self, AnyDocument, InMemory};
use super::editing;
use super::edits::RawEdits;
use super::failure::Failure;
use super::plain::from_js;

type Given<R> = Result<R, JsError>;

/// A document, or why there is none.
type Made = Given<Box<dyn AnyDocument>>;

/// Makes documents of one type.
#[wasm_bindgen]
#[derive(Debug)]
pub struct RawType {
    create: fn(Keypair) -> Made,
    load: fn(&[u8], Keypair) -> Made,
    join: fn(DocumentId, Keypair) -> Box<dyn AnyDocument>,
    #[cfg(all(target_family = "wasm", target_os = "unknown"))]
    pub(super) stored: super::stored::StoredType,
}

impl RawType {
    /// That of a Rust type.
    #[must_use]
    pub fn of<T: CrdtNode>() -> Self {
        Self {
            create: |keypair| Ok(Box::new(InMemory::new(Document::<T>::create(keypair)?))),
            load: |bytes, keypair| {
                Ok(Box::new(InMemory::new(Document::<T>::load(bytes, keypair)?)))
            },
            join: |id, keypair| Box::new(InMemory::new(Document::<T>::join(id, keypair))),
            #[cfg(all(target_family = "wasm", target_os = "unknown"))]
            stored: super::stored::StoredType::of::<T>(),
        }
    }
}

#[wasm_bindgen]
impl RawType {
    /// A new document, with a new key.
    ///
    /// # Errors
    /// If there is no randomness.
    pub fn create(&self) -> Given<RawDocument> {
        Ok(RawDocument::new((self.create)(Keypair::generate()?)?))
    }

    /// One that was saved, with a new key.
    ///
    /// # Errors
    /// If the bytes are no document of the type.
    pub fn load(&self, bytes: &[u8]) -> Given<RawDocument> {
        Ok(RawDocument::new((self.load)(bytes, Keypair::generate()?)?))
    }

    /// An empty replica of a document, with a new key.
    ///
    /// # Errors
    /// If it is no id.
    pub fn join(&self, id: &str) -> Given<RawDocument> {
        Ok(RawDocument::new((self.join)(id.parse()?, Keypair::generate()?)))
    }
}

/// A document in memory.
#[wasm_bindgen]
pub struct RawDocument {
    number: u64,
    document: Rc<RefCell<Box<dyn AnyDocument>>>,
}

impl core::fmt::Debug for RawDocument {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RawDocument").field("number", &self.number).finish_non_exhaustive()
    }
}

impl RawDocument {
    fn new(document: Box<dyn AnyDocument>) -> Self {
        Self { number: editing::number(), document: Rc::new(RefCell::new(document)) }
    }

    /// Does something with all of it, which cannot be done within a change of it.
    fn with<R>(&self, run: impl FnOnce(&mut dyn AnyDocument) -> R) -> Given<R> {
        let document = self.document.try_borrow_mut();
        let mut document =
            document.map_err(|_| JsError::new("a change of the document is open"))?;
        Ok(run(&mut **document))
    }
}

/// Which it is.
#[wasm_bindgen]
impl RawDocument {
    /// Which document it is.
    ///
    /// # Errors
    /// Within a change.
    #[wasm_bindgen(getter)]
    pub fn id(&self) -> Given<String> {
        self.with(|document| document.id())
    }

    /// The key that writes here.
    ///
    /// # Errors
    /// Within a change.
    #[wasm_bindgen(getter)]
    pub fn author(&self) -> Given<Option<String>> {
        self.with(|document| document.author())
    }

    /// Its places.
    pub fn edits(&self) -> RawEdits {
        RawEdits::new(self.number, Some(self.document.clone()))
    }
}

/// Editing.
#[wasm_bindgen]
impl RawDocument {
    /// Opens a change, calls the function, and closes it. If that throws, nothing of it is done. What the
    /// author says about it is a message, and when it is made, in milliseconds since 1970. If it joins the
    /// one before, it is undone with that.
    ///
    /// # Errors
    /// What the function threw, and what is wrong with the change.
    pub fn change(
        &self,
        edit: &Function,
        message: Option<String>,
        time: Option<f64>,
        joins: bool,
    ) -> Result<(), JsValue> {
        let options = any::options(message, time, joins);
        let changed = self.with(|document| {
            document.change(&options, &mut |editor| {
                editing::during(self.number, editor, || editing::call(edit))
            })
        });
        changed?.map_err(|Failure(thrown)| thrown)
    }
}

/// All of it.
#[wasm_bindgen]
impl RawDocument {
    /// Makes it read as a value, by what differs.
    ///
    /// # Errors
    /// If the type does not have the value.
    pub fn update(&self, value: &JsValue) -> Result<(), JsValue> {
        let value = from_js(value)?;
        let updated = self.with(|document| {
            let options = ChangeOptions::new();
            document.change(&options, &mut |editor| Ok(editor.set("", value.clone())?))
        });
        updated?.map_err(|Failure(thrown)| thrown)
    }

    /// What changed since it was called last: `{ delta }`, `true` if all is to be read anew, or
    /// `undefined`.
    ///
    /// # Errors
    /// Within a change.
    pub fn look(&self) -> Given<JsValue> {
        let seen = self.with(|document| document.look())?;
        Ok(seen.to_js().unwrap_or(JsValue::UNDEFINED))
    }

    /// Takes back what was done here last; whether there was something.
    ///
    /// # Errors
    /// Within a change.
    pub fn undo(&self) -> Given<bool> {
        Ok(self.with(|document| document.undo())??)
    }

    /// Does again what was taken back last; whether there was something.
    ///
    /// # Errors
    /// Within a change.
    pub fn redo(&self) -> Given<bool> {
        Ok(self.with(|document| document.redo())??)
    }

    /// The changes that nothing follows on.
    ///
    /// # Errors
    /// Within a change.
    pub fn heads(&self) -> Given<Vec<String>> {
        self.with(|document| document.heads().iter().map(ChangeHash::to_string).collect())
    }

    /// The changes, the newest one first, and no more than so many.
    ///
    /// # Errors
    /// Within a change.
    pub fn log(&self, most: usize) -> Given<Array> {
        self.with(|document| document.log(most))
    }

    /// Takes in what another replica exported.
    ///
    /// # Errors
    /// If any of it is malformed, forged or of another document. Nothing has changed then.
    pub fn apply(&self, bytes: &[u8]) -> Given<()> {
        Ok(self.with(|document| document.apply(bytes))??)
    }

    /// What a replica with these heads lacks.
    ///
    /// # Errors
    /// If one of them is none.
    #[expect(clippy::needless_pass_by_value, reason = "it is how strings come from there")]
    pub fn export(&self, heads: Vec<String>) -> Given<Uint8Array> {
        let heads =
            heads.iter().map(|head| head.parse()).collect::<Result<Vec<ChangeHash>, _>>()?;
        self.with(|document| Uint8Array::from(&document.export(&heads)[..]))
    }

    /// All of it.
    ///
    /// # Errors
    /// Within a change.
    pub fn save(&self) -> Given<Uint8Array> {
        self.with(|document| Uint8Array::from(&document.save()[..]))
    }
}
