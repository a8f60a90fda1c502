//! Places of a document, which is what editors and values of JavaScript are made of.

use core::cell::RefCell;
use std::rc::Rc;

use crdt_core::{EditError, PathEditor, PathView, Side, serde_json};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsError, JsValue};

use super::any::AnyDocument;
use super::editing;
use super::plain::{from_js, to_js};

type Given<R> = Result<R, JsError>;

/// The places of a document, each named by a JSON Pointer. Positions in texts count UTF-16 code units.
#[wasm_bindgen]
pub struct RawEdits {
    number: u64,
    /// Of one in memory, which can be read at any time.
    document: Option<Rc<RefCell<Box<dyn AnyDocument>>>>,
}

impl core::fmt::Debug for RawEdits {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("RawEdits").field("document", &self.number).finish_non_exhaustive()
    }
}

impl RawEdits {
    pub(super) fn new(number: u64, document: Option<Rc<RefCell<Box<dyn AnyDocument>>>>) -> Self {
        Self { number, document }
    }

    /// Reads it, as it is in the change of it that is open.
    fn read<R>(&self, read: impl FnOnce(PathView<'_>) -> R) -> Given<R> {
        let document = self.document.as_ref().and_then(|document| document.try_borrow().ok());
        if let Some(document) = document {
            return Ok(read(document.view()));
        }
        let done = editing::view(self.number, read);
        done.ok_or_else(|| {
            JsError::new("a part of a stored document is read within `read` or a change")
        })
    }

    fn edit<R>(&self, edit: impl FnOnce(&mut PathEditor<'_>) -> Result<R, EditError>) -> Given<R> {
        let done = editing::edit(self.number, edit);
        Ok(done.ok_or_else(|| JsError::new("an editor is of use within its change alone"))??)
    }
}

/// Reading.
#[wasm_bindgen]
impl RawEdits {
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
impl RawEdits {
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
impl RawEdits {
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

    /// Appends an element to a list, or to an array in JSON.
    ///
    /// # Errors
    /// As [`set`](Self::set).
    pub fn push(&self, path: &str, value: &JsValue) -> Given<()> {
        let value = from_js(value)?;
        self.edit(|editor| editor.push(path, value).map(drop))
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
