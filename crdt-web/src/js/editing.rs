//! The change that is open, which the editors of JavaScript write to.
//!
//! They are called while the function runs that a change was given, and cannot have what that
//! borrows: so it lies here meanwhile.

use crdt_core::PathEditor;
use scoped_tls_hkt::scoped_thread_local;

/// A change that is open.
trait Open {
    /// The number of its document.
    fn document(&self) -> u64;
    fn edit(&mut self, edit: &mut dyn FnMut(&mut PathEditor<'_>));
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
}

/// Has a change of a document be open while a function runs.
pub(super) fn during<R>(document: u64, editor: &mut PathEditor<'_>, run: impl FnOnce() -> R) -> R {
    OPEN.set(&mut Change { document, editor }, run)
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
