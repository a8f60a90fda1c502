use super::{ChangeOptions, Document};
use crate::crypto::ChangeHash;
use crate::history::{ChangeIndex, Draft};
use crate::node::{CrdtNode, EditError, Scope, Transaction};
use crate::op::limits::MAX_TAG_BYTES;

impl<T: CrdtNode> Document<T> {
    /// Makes one atomic change: all edits in the closure, or none if it returns an error.
    ///
    /// A closure that edits nothing makes no change. After an error the state is built anew, if
    /// anything had been edited: from the one that the document was opened with and the changes
    /// since, which are all if it was not saved with its state.
    ///
    /// # Errors
    /// The closure's own, [`EditError::ReadOnly`], or what prevents the change from being written.
    pub fn change<R>(
        &mut self,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        self.change_with(&ChangeOptions::default(), edit)
    }

    /// Like [`change`](Self::change), with an error type of yours.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub fn try_change<R, E: From<EditError>>(
        &mut self,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        self.try_change_with(&ChangeOptions::default(), edit)
    }

    /// Like [`change`](Self::change), with a message, a claimed time or further dependencies.
    ///
    /// # Errors
    /// As [`change`](Self::change); [`EditError::UnknownDependency`] if a dependency is not known
    /// here.
    pub fn change_with<R>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        self.try_change_with(options, edit)
    }

    /// Like [`change_with`](Self::change_with), with an error type of yours.
    ///
    /// # Errors
    /// As [`change_with`](Self::change_with).
    pub fn try_change_with<R, E: From<EditError>>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        self.attempt(options, |state, scope| edit(&mut T::edit(state, scope)))
    }

    /// Changes the plain value: the difference to what it was becomes one atomic change, with as few edits
    /// as that takes.
    ///
    /// Registers are set if they differ, counters get what is added, texts are compared character by
    /// character. List elements that stay, map entries that are in both, and variants that remain
    /// selected are edited where they are. Fields that this type does not know, or skips, are left
    /// alone. If nothing differs, no change is made.
    ///
    /// The value is read anew for every update, so nothing is overwritten that the closure has not
    /// seen. Time and memory are linear in the document's value, once for every list in which the
    /// difference lies; what is edited through [`change`](Self::change) costs only what is edited.
    ///
    /// ```
    /// use crdt_core::{Document, Keypair};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut words = Document::<Vec<String>>::create(Keypair::generate()?)?;
    /// words.update(|words| words.extend(["one".into(), "three".into()]))?;
    /// words.update(|words| words.insert(1, "two".into()))?;
    /// assert_eq!(words.value(), ["one", "two", "three"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// [`EditError::ReadOnly`], or what prevents the change from being written. Then nothing is
    /// changed.
    pub fn update(&mut self, edit: impl FnOnce(&mut T)) -> Result<(), EditError>
    where
        T: CrdtNode<Value = T>,
    {
        self.update_with(&ChangeOptions::default(), edit)
    }

    /// Like [`update`](Self::update), with a message, a claimed time or further dependencies.
    ///
    /// # Errors
    /// As [`update`](Self::update); [`EditError::UnknownDependency`] if a dependency is not known here.
    pub fn update_with(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T),
    ) -> Result<(), EditError>
    where
        T: CrdtNode<Value = T>,
    {
        self.known(options)?;
        let mut value = self.value();
        edit(&mut value);
        self.attempt(options, |state, scope| T::reconcile(state, scope, value))
    }

    /// Makes a change of what is written in the scope, or undoes it.
    fn attempt<R, E: From<EditError>>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T::State, Scope<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        let after = self.known(options)?;
        let mut attempt = Attempt { document: self, dirty: true };
        let (result, draft) = attempt.document.draft(options, after, edit);
        match (result, draft) {
            (Ok(value), Ok(None)) => {
                attempt.dirty = false;
                Ok(value)
            }
            (Ok(value), Ok(Some(draft))) => {
                attempt.document.commit(draft)?;
                attempt.dirty = false;
                Ok(value)
            }
            (Ok(_), Err(fault)) => Err(fault.into()),
            (Err(error), draft) => {
                attempt.dirty = !matches!(draft, Ok(None));
                Err(error)
            }
        }
    }

    fn known(&self, options: &ChangeOptions) -> Result<Vec<ChangeIndex>, EditError> {
        if self.writer.is_none() {
            return Err(EditError::ReadOnly);
        }
        if options.tags().as_bytes().len() > MAX_TAG_BYTES {
            return Err(EditError::ChangeTooLarge("bytes of tags"));
        }
        let index = |hash: &ChangeHash| {
            self.history.index_of(hash).ok_or(EditError::UnknownDependency(*hash))
        };
        options.after.iter().map(index).collect()
    }

    /// Runs the closure on the state and gives what it wrote, if anything.
    fn draft<R, E>(
        &mut self,
        options: &ChangeOptions,
        after: Vec<ChangeIndex>,
        edit: impl FnOnce(&mut T::State, Scope<'_>) -> Result<R, E>,
    ) -> (Result<R, E>, Result<Option<Draft>, EditError>)
    where
        E: From<EditError>,
    {
        let Some(writer) = &mut self.writer else {
            return (Err(EditError::ReadOnly.into()), Ok(None));
        };
        let (author, prev) = (writer.keypair.author(), writer.tip);
        let space = core::mem::take(&mut writer.space);
        let transaction = Transaction::new(self.history.chains(), prev, space);
        let result = edit(&mut self.state, transaction.root());
        if transaction.is_empty() && after.is_empty() {
            return (result, Ok(None));
        }
        (result, transaction.finish(author, prev, after, options.tags()).map(Some))
    }

    fn commit(&mut self, mut draft: Draft) -> Result<ChangeHash, EditError> {
        if let Some(writer) = &self.writer {
            // A bundle of full size may have come; nothing must be added to its stretch.
            self.history.seal_when_full(&writer.keypair);
        }
        let end = self.history.end();
        let committed = self.history.commit(&mut draft);
        if self.history.end() > end + 1 {
            // Heads were folded, so the change is later than its editors took it to be.
            self.rebuild();
        }
        if let Some(writer) = &mut self.writer {
            // Folding heads may have added changes even if the change itself could not be written.
            writer.tip = self.history.own_tail().or(writer.tip);
            self.history.seal_when_full(&writer.keypair);
            writer.space = draft.written.emptied();
        }
        committed.map_err(|error| EditError::ChangeTooLarge(error.0))
    }
}

/// Undoes the edits of a change that does not come about, also when the closure panics.
struct Attempt<'a, T: CrdtNode> {
    document: &'a mut Document<T>,
    /// Whether the state may hold edits that no change holds.
    dirty: bool,
}

impl<T: CrdtNode> Drop for Attempt<'_, T> {
    fn drop(&mut self) {
        if self.dirty {
            self.document.rebuild();
        }
    }
}
