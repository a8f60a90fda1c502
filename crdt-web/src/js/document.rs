//! What JavaScript is given: types, and documents.

use core::cell::{Cell, RefCell};

use crdt_core::{
    ChangeHash, CrdtNode, Document, DocumentId, EditError, Keypair, PathEditor, PathView, Side,
    serde_json,
};
use js_sys::{Function, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use super::any::{AnyDocument, Failure, InMemory, Look};
use super::editing;
use super::plain::{from_js, to_js};

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

/// A document. Places are named by JSON Pointers; positions in texts count UTF-16 code units.
#[wasm_bindgen]
pub struct RawDocument {
    number: u64,
    document: RefCell<Box<dyn AnyDocument>>,
}

impl core::fmt::Debug for RawDocument {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RawDocument").field("number", &self.number).finish_non_exhaustive()
    }
}

thread_local! {
    /// How many documents there have been.
    static DOCUMENTS: Cell<u64> = const { Cell::new(0) };
}

impl RawDocument {
    fn new(document: Box<dyn AnyDocument>) -> Self {
        let number = DOCUMENTS.get();
        DOCUMENTS.set(number + 1);
        Self { number, document: RefCell::new(document) }
    }

    /// Reads it, as it is in the change of it that is open.
    fn read<R>(&self, read: impl FnOnce(PathView<'_>) -> R) -> Given<R> {
        match self.document.try_borrow() {
            Ok(document) => Ok(read(document.view())),
            Err(_) => self.edit(|editor| Ok(read(editor.view()))),
        }
    }

    fn edit<R>(&self, edit: impl FnOnce(&mut PathEditor<'_>) -> Result<R, EditError>) -> Given<R> {
        let done = editing::edit(self.number, edit);
        Ok(done.ok_or_else(|| JsError::new("an editor is of use within its change alone"))??)
    }

    /// Does something with all of it, which cannot be done within a change of it.
    fn with<R>(&self, run: impl FnOnce(&mut dyn AnyDocument) -> R) -> Given<R> {
        let document = self.document.try_borrow_mut();
        let mut document =
            document.map_err(|_| JsError::new("a change of the document is open"))?;
        Ok(run(&mut **document))
    }
}

/// Reading.
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

    /// The plain value of a place; `undefined` if nothing is there.
    ///
    /// # Errors
    /// Within a change of another document.
    pub fn get(&self, path: &str) -> Given<JsValue> {
        self.read(|view| view.get(path).map_or(JsValue::UNDEFINED, |place| to_js(&place.value())))
    }

    /// How many elements, entries, keys or code units there are.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn len(&self, path: &str) -> Given<usize> {
        self.read(|view| {
            view.get(path).map_or(0, |place| match place.text() {
                Some(text) => text.len_utf16(),
                None => place.len(),
            })
        })
    }

    /// Whether an optional node is present.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn present(&self, path: &str) -> Given<bool> {
        self.read(|view| view.get(path).is_some_and(|place| place.is_present()))
    }

    /// The keys of a map or set.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn keys(&self, path: &str) -> Given<Vec<String>> {
        self.read(|view| view.get(path).map_or_else(Vec::new, |place| place.keys()))
    }

    /// The selected variant of an enum.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    pub fn variant(&self, path: &str) -> Given<Option<String>> {
        self.read(|view| Some(view.get(path)?.variant()?.to_owned()))
    }

    /// The id of the element of a list at a position.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    #[wasm_bindgen(js_name = idAt)]
    pub fn id_at(&self, path: &str, position: usize) -> Given<Option<String>> {
        self.read(|view| Some(view.get(path)?.id_at(position)?.to_string()))
    }

    /// Where an element of a list is.
    ///
    /// # Errors
    /// As [`get`](Self::get).
    #[wasm_bindgen(js_name = positionOf)]
    pub fn position_of(&self, path: &str, id: &str) -> Given<Option<usize>> {
        self.read(|view| view.get(path)?.position_of(id.parse().ok()?))
    }
}

/// Cursors in texts and lists, as JSON.
#[wasm_bindgen]
impl RawDocument {
    /// The cursor at a position: at the left one of its neighbours, or at the right one.
    ///
    /// # Errors
    /// As [`get`](Self::get), and if a position lies within a character.
    pub fn cursor(&self, path: &str, position: usize, left: bool) -> Given<Option<String>> {
        let side = if left { Side::Left } else { Side::Right };
        let cursor = self.read(|view| {
            let Some(place) = view.get(path) else { return Ok(None) };
            let position = match place.text() {
                Some(text) => text.position_of_utf16(position)?,
                None => position,
            };
            Ok::<_, EditError>(place.cursor(position, side))
        })??;
        Ok(cursor.map(|cursor| serde_json::to_string(&cursor)).transpose()?)
    }

    /// Where a cursor is now.
    ///
    /// # Errors
    /// As [`get`](Self::get), and if it is none.
    pub fn resolve(&self, path: &str, cursor: &str) -> Given<Option<usize>> {
        let cursor = serde_json::from_str(cursor)?;
        self.read(|view| {
            let place = view.get(path)?;
            let position = place.resolve(cursor)?.position;
            match place.text() {
                Some(text) => text.utf16_of_position(position).ok(),
                None => Some(position),
            }
        })
    }
}

/// Editing, within a change.
#[wasm_bindgen]
impl RawDocument {
    /// Opens a change, calls the function, and closes it. If that throws, nothing of it is done.
    ///
    /// # Errors
    /// What the function threw, and what is wrong with the change.
    pub fn change(&self, edit: &Function) -> Result<(), JsValue> {
        let changed = self.with(|document| {
            document.change(&mut |editor| {
                let called =
                    editing::during(self.number, editor, || edit.call0(&JsValue::UNDEFINED));
                called.map(drop).map_err(Failure)
            })
        });
        changed?.map_err(|Failure(thrown)| thrown)
    }

    /// Makes a place read as a value.
    ///
    /// # Errors
    /// Outside of a change, and if the edit cannot be made.
    pub fn set(&self, path: &str, value: &JsValue) -> Given<()> {
        let value = from_js(value)?;
        self.edit(|editor| editor.set(path, value))
    }

    /// Inserts an element into a list, or an entry into a map.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn insert(&self, path: &str, value: &JsValue) -> Given<()> {
        let value = from_js(value)?;
        self.edit(|editor| editor.insert(path, value).map(drop))
    }

    /// Has an entry of a map, or a key of a set, be there.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn put(&self, path: &str) -> Given<()> {
        self.edit(|editor| editor.put(path))
    }

    /// Removes an element, an entry or a key; whether it was there.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn remove(&self, path: &str) -> Given<bool> {
        self.edit(|editor| editor.remove(path))
    }

    /// Has nothing be in a list, map, set or text, or a counter be 0.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn clear(&self, path: &str) -> Given<()> {
        self.edit(|editor| editor.clear(path))
    }

    /// Adds to a counter.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn add(&self, path: &str, by: i64) -> Given<()> {
        self.edit(|editor| editor.add(path, by))
    }

    /// Moves an element of a list to another position.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    #[wasm_bindgen(js_name = move)]
    pub fn move_to(&self, path: &str, from: usize, to: usize) -> Given<()> {
        self.edit(|editor| editor.move_to(format!("{path}/{from}"), to))
    }

    /// Replaces a part of a text.
    ///
    /// # Errors
    /// As [`set`](Self::set), and if a position lies within a character.
    pub fn splice(&self, path: &str, start: usize, deleted: usize, inserted: &str) -> Given<()> {
        self.edit(|editor| {
            let mut text = editor.text(path)?;
            let end = start.saturating_add(deleted);
            let (start, end) = (text.position_of_utf16(start)?, text.position_of_utf16(end)?);
            text.replace(start..end, inserted)
        })
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
        let updated =
            self.with(|document| document.change(&mut |editor| Ok(editor.set("", value.clone())?)));
        updated?.map_err(|Failure(thrown)| thrown)
    }

    /// What changed since it was called last: `{ delta }`, `true` if all is to be read anew, or
    /// `undefined`.
    ///
    /// # Errors
    /// Within a change.
    pub fn look(&self) -> Given<JsValue> {
        Ok(match self.with(|document| document.look())? {
            Look::Nothing => JsValue::UNDEFINED,
            Look::Wholly => JsValue::TRUE,
            Look::Delta(delta) => {
                let seen = Object::new();
                let _ = Reflect::set(&seen, &"delta".into(), &to_js(&delta));
                seen.into()
            }
        })
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
