//! The change that is open, which the editors of JavaScript write to.
//!
//! They are called while the function runs that a change was given, and cannot have what that
//! borrows: so it lies here meanwhile. So does the view of a document that somebody has waited for.

use core::cell::Cell;

use crdt_core::{PathEditor, PathView};
use js_sys::{Function, Promise};
use scoped_tls_hkt::scoped_thread_local;
use wasm_bindgen::{JsCast as _, JsValue};

use super::failure::Failure;

/// A document that is open, for a change or for reading.
trait Open {
    /// The number of its document.
    fn document(&self) -> u64;
    fn edit(&mut self, edit: &mut dyn FnMut(&mut PathEditor<'_>));
    fn view(&mut self, read: &mut dyn FnMut(PathView<'_>));
}

scoped_thread_local!(static mut OPEN: for<'e> &'e mut dyn Open);

struct Change<'c, 'e> {
    document: u64,
    editor: &'c mut PathEditor<'e>,
}

impl Open for Change<'_, '_> {
    fn document(&self) -> u64 {
        self.document
    }

    fn edit(&mut self, edit: &mut dyn FnMut(&mut PathEditor<'_>)) {
        edit(self.editor);
    }

    fn view(&mut self, read: &mut dyn FnMut(PathView<'_>)) {
        read(self.editor.view());
    }
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
struct Looking<'v> {
    document: u64,
    view: PathView<'v>,
}

#[cfg(all(target_family = "wasm", target_os = "unknown"))]
impl Open for Looking<'_> {
    fn document(&self) -> u64 {
        self.document
    }

    fn edit(&mut self, _: &mut dyn FnMut(&mut PathEditor<'_>)) {}

    fn view(&mut self, read: &mut dyn FnMut(PathView<'_>)) {
        read(self.view);
    }
}

thread_local! {
    /// How many documents there have been.
    static DOCUMENTS: Cell<u64> = const { Cell::new(0) };
}

/// The number of a new document.
pub(super) fn number() -> u64 {
    let number = DOCUMENTS.get();
    DOCUMENTS.set(number + 1);
    number
}

/// Has a change of a document be open while a function runs.
pub(super) fn during<R>(document: u64, editor: &mut PathEditor<'_>, run: impl FnOnce() -> R) -> R {
    OPEN.set(&mut Change { document, editor }, run)
}

/// Calls the function of a change. What it does later would be too late.
pub(super) fn call(edit: &Function) -> Result<(), Failure> {
    let given = edit.call0(&JsValue::UNDEFINED).map_err(Failure)?;
    if given.is_instance_of::<Promise>() {
        let text =
            "the function of a change is not to wait for anything: have it be no `async` one";
        return Err(Failure(js_sys::Error::new(text).into()));
    }
    Ok(())
}

/// Has a document be open for reading while a function runs.
#[cfg(all(target_family = "wasm", target_os = "unknown"))]
pub(super) fn reading<R>(document: u64, view: PathView<'_>, run: impl FnOnce() -> R) -> R {
    OPEN.set(&mut Looking { document, view }, run)
}

/// Reads a document that is open; `None` if it is not.
pub(super) fn view<R>(document: u64, read: impl FnOnce(PathView<'_>) -> R) -> Option<R> {
    if !OPEN.is_set() {
        return None;
    }
    OPEN.with(|open| {
        let (mut read, mut done) = (Some(read), None);
        if open.document() == document {
            open.view(&mut |view| done = read.take().map(|read| read(view)));
        }
        done
    })
}

/// Edits a document of which a change is open; `None` if none is.
pub(super) fn edit<R>(document: u64, edit: impl FnOnce(&mut PathEditor<'_>) -> R) -> Option<R> {
    if !OPEN.is_set() {
        return None;
    }
    OPEN.with(|open| {
        let (mut edit, mut done) = (Some(edit), None);
        if open.document() == document {
            open.edit(&mut |editor| done = edit.take().map(|edit| edit(editor)));
        }
        done
    })
}
