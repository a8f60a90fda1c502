//! Reading and editing by path.

use super::{ChangeOptions, Document, Prepared};
use crate::node::{CrdtNode, EditError, PathEditor, PathView};

impl<T: CrdtNode> Document<T> {
    /// Reads the document by path, for whoever does not have its Rust type at hand.
    pub fn read_by_path(&self) -> PathView<'_> {
        PathView::new(&self.state, self.history.chains())
    }

    /// Makes a change as [`change`](Self::change) does, of edits that name places by paths and take
    /// plain values. Each writes what the same edit in the types of the app would.
    ///
    /// ```
    /// use crdt_core::serde_json::json;
    /// use crdt_core::{CrdtNode, Document, Keypair};
    ///
    /// #[derive(CrdtNode, Debug, PartialEq)]
    /// struct Task { title: String, done: bool }
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut tasks = Document::<Vec<Task>>::create(Keypair::generate()?)?;
    /// tasks.change_by_path(|tasks| {
    ///     tasks.push("", json!({ "title": "Write docs" }))?;
    ///     tasks.set("/0/done", true)
    /// })?;
    /// assert_eq!(tasks.value(), [Task { title: "Write docs".into(), done: true }]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// The closure's, and as [`change`](Self::change).
    pub fn change_by_path<R>(
        &mut self,
        edit: impl FnOnce(&mut PathEditor<'_>) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        self.prepare_by_path(&ChangeOptions::default(), edit).map(Prepared::accept)
    }

    /// Prepares a change of edits by path, as [`prepare`](Self::prepare) does one of edits in the
    /// types of the app.
    ///
    /// # Errors
    /// As [`prepare`](Self::prepare), with an error type of yours.
    pub fn prepare_by_path<R, E: From<EditError>>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut PathEditor<'_>) -> Result<R, E>,
    ) -> Result<Prepared<'_, T, R>, E> {
        let mut edit = Some(edit);
        let mut result = Err(EditError::ReadOnly.into());
        self.attempt(options, &mut |state, scope| {
            if let Some(edit) = edit.take() {
                result = edit(&mut PathEditor::new(state, scope));
            }
            Ok(result.is_ok())
        })?;
        Ok(Prepared::new(self, result?))
    }
}
