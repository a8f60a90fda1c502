//! A document of any type.

use crdt_core::{
    ApplyError, Change, ChangeHash, ChangeOptions, CrdtNode, Document, EditError, Heads, History,
    Observer, PathEditor, PathView, PlainValue, Prepared, Seen,
};
use js_sys::Array;
use wasm_bindgen::JsValue;

use super::failure::Failure;
use super::plain::{object, to_js};

/// What an author says about a change: a message, and when it is made, in milliseconds since 1970. If it
/// joins the one before, it is undone with that.
pub(super) fn options(message: Option<String>, time: Option<f64>, joins: bool) -> ChangeOptions {
    let mut options = ChangeOptions::new();
    if joins {
        options = options.joined();
    }
    if let Some(message) = message {
        options = options.message(message);
    }
    // A time before 1970, or none at all, is taken to be 1970.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "it saturates")]
    if let Some(time) = time {
        options = options.claimed_time(time as u64);
    }
    options
}

/// The changes of a history, the newest one first, and no more than so many.
pub(super) fn log(history: &History, most: usize) -> Array {
    history.log().take(most).map(|change| entry(&change)).collect()
}

fn entry(change: &Change<'_>) -> JsValue {
    #[expect(clippy::cast_precision_loss, reason = "a date is no number beyond 2^53")]
    let time = change.claimed_time().map(|time| js_sys::Date::new(&JsValue::from(time as f64)));
    object([
        ("hash", change.hash().to_string().into()),
        ("author", change.author().to_string().into()),
        ("message", change.message().map_or(JsValue::NULL, JsValue::from)),
        ("time", time.map_or(JsValue::NULL, JsValue::from)),
    ])
}

/// What somebody sees who looks.
pub(super) enum Look {
    Nothing,
    Delta(PlainValue),
    Wholly,
}

impl Look {
    pub(super) fn of<T: CrdtNode>(seen: &Seen<T>) -> Self {
        match seen {
            Seen::Nothing => Self::Nothing,
            Seen::Delta(delta) => PlainValue::serialized(delta).map_or(Self::Wholly, Self::Delta),
            Seen::Wholly => Self::Wholly,
        }
    }

    /// `{ delta }`, or `true` if all is to be read anew; `None` if nothing changed.
    pub(super) fn to_js(&self) -> Option<JsValue> {
        match self {
            Self::Nothing => None,
            Self::Wholly => Some(JsValue::TRUE),
            Self::Delta(delta) => Some(object([("delta", to_js(delta))])),
        }
    }
}

/// What JavaScript does with a document, whatever its type.
pub(super) trait AnyDocument {
    fn id(&self) -> String;
    fn author(&self) -> Option<String>;
    fn view(&self) -> PathView<'_>;
    fn change(
        &mut self,
        options: &ChangeOptions,
        edit: &mut dyn FnMut(&mut PathEditor<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure>;
    fn look(&mut self) -> Look;
    fn undo(&mut self) -> Result<bool, EditError>;
    fn redo(&mut self) -> Result<bool, EditError>;
    fn heads(&self) -> Heads;
    /// The changes, the newest one first, and no more than so many.
    fn log(&self, most: usize) -> Array;
    fn apply(&mut self, bytes: &[u8]) -> Result<(), ApplyError>;
    fn export(&self, heads: &[ChangeHash]) -> Vec<u8>;
    fn save(&self) -> Vec<u8>;
}

/// A document in memory, and what has been seen of it.
pub(super) struct InMemory<T: CrdtNode> {
    document: Document<T>,
    observer: Observer,
}

impl<T: CrdtNode> InMemory<T> {
    pub(super) fn new(mut document: Document<T>) -> Self {
        let observer = document.observe();
        Self { document, observer }
    }
}

impl<T: CrdtNode> AnyDocument for InMemory<T> {
    fn id(&self) -> String {
        self.document.id().to_string()
    }

    fn author(&self) -> Option<String> {
        self.document.author().map(|author| author.to_string())
    }

    fn view(&self) -> PathView<'_> {
        self.document.read_by_path()
    }

    fn change(
        &mut self,
        options: &ChangeOptions,
        edit: &mut dyn FnMut(&mut PathEditor<'_>) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        self.document.prepare_by_path(options, edit).map(Prepared::accept)
    }

    fn look(&mut self) -> Look {
        Look::of(&self.document.look(&mut self.observer).seen)
    }

    fn undo(&mut self) -> Result<bool, EditError> {
        Ok(self.document.undo()?.is_some())
    }

    fn redo(&mut self) -> Result<bool, EditError> {
        Ok(self.document.redo()?.is_some())
    }

    fn heads(&self) -> Heads {
        self.document.heads()
    }

    fn log(&self, most: usize) -> Array {
        log(self.document.history(), most)
    }

    fn apply(&mut self, bytes: &[u8]) -> Result<(), ApplyError> {
        self.document.apply(bytes).map(drop)
    }

    fn export(&self, heads: &[ChangeHash]) -> Vec<u8> {
        self.document.export(heads)
    }

    fn save(&self) -> Vec<u8> {
        self.document.save()
    }
}
