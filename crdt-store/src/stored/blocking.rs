//! Writing and looking, where the place never has anybody wait.

use crdt_core::{
    ChangeHash, ChangeOptions, CrdtNode, Document, EditError, Frontier, Outcome, Prepared,
};

use super::Stored;
use crate::backend::now;
use crate::error::StoreError;

/// Writing.
impl<T: CrdtNode> Stored<T> {
    /// As [`Document::change`], and durable.
    ///
    /// The closure runs while the store is locked for others that write. So it should be short, and
    /// must not itself write to a document of the store, which would wait for it.
    ///
    /// # Errors
    /// [`StoreError::Edit`] with the closure's own; [`StoreError::OwnMissing`] if the document was
    /// removed from the store, and what was written here has not come back yet;
    /// [`StoreError::Removed`] if it was removed since it was opened here; those of the store.
    /// Nothing was written then, but perhaps after [`StoreError::Unsure`].
    pub fn change<R>(
        &mut self,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, EditError>,
    ) -> Result<R, StoreError> {
        self.change_with(&ChangeOptions::default(), edit)
    }

    /// As [`Document::change_with`], and durable.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub fn change_with<R>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, EditError>,
    ) -> Result<R, StoreError> {
        self.write(|document| document.prepare(options, edit).map_err(StoreError::from))
    }

    /// As [`Document::try_change`], and durable.
    ///
    /// # Errors
    /// The closure's own, and as [`change`](Self::change).
    pub fn try_change<R, E: From<EditError> + From<StoreError>>(
        &mut self,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        self.try_change_with(&ChangeOptions::default(), edit)
    }

    /// As [`Document::try_change_with`], and durable.
    ///
    /// # Errors
    /// As [`try_change`](Self::try_change).
    pub fn try_change_with<R, E: From<EditError> + From<StoreError>>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        self.write(|document| document.try_prepare(options, edit))
    }

    /// As [`Document::update`], and durable. The value is read when everything that others wrote
    /// has been brought in.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub fn update<R>(&mut self, edit: impl FnOnce(&mut T) -> R) -> Result<R, StoreError>
    where
        T: CrdtNode<Value = T>,
    {
        self.try_update(|value| Ok(edit(value)))
    }

    /// As [`Document::update_with`], and durable.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub fn update_with<R>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T) -> R,
    ) -> Result<R, StoreError>
    where
        T: CrdtNode<Value = T>,
    {
        self.try_update_with(options, |value| Ok(edit(value)))
    }

    /// As [`Document::try_update`], and durable.
    ///
    /// # Errors
    /// As [`try_change`](Self::try_change).
    pub fn try_update<R, E: From<EditError> + From<StoreError>>(
        &mut self,
        edit: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E>
    where
        T: CrdtNode<Value = T>,
    {
        self.try_update_with(&ChangeOptions::default(), edit)
    }

    /// As [`Document::try_update_with`], and durable.
    ///
    /// # Errors
    /// As [`try_change`](Self::try_change).
    pub fn try_update_with<R, E: From<EditError> + From<StoreError>>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E>
    where
        T: CrdtNode<Value = T>,
    {
        self.write(|document| document.try_prepare_update(options, edit))
    }

    /// As [`Document::undo`], and durable. What can be undone is what this handle has made, and what
    /// could be undone when it was opened: that is kept in the store, with every change. Other
    /// handles that are open have their own; who opens the document next has what all of them made.
    ///
    /// It goes with the key: who opens a copy of the store, or one that was put back from a backup,
    /// writes as somebody else, and has nothing to undo. A store that is opened as
    /// [one of somebody else](crate::StoreOptions::verified) is not asked what can be undone.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub fn undo(&mut self) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        self.undo_with(&ChangeOptions::default())
    }

    /// As [`Document::undo_with`], and durable.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub fn undo_with(
        &mut self,
        options: &ChangeOptions,
    ) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        self.write(|document| document.prepare_undo(options).map_err(StoreError::from))
    }

    /// As [`Document::redo`], and durable.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub fn redo(&mut self) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        self.redo_with(&ChangeOptions::default())
    }

    /// As [`Document::redo_with`], and durable.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub fn redo_with(
        &mut self,
        options: &ChangeOptions,
    ) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        self.write(|document| document.prepare_redo(options).map_err(StoreError::from))
    }

    /// As [`Document::clear_undo`], and durable: also what other handles made cannot be undone by
    /// who opens the document next.
    ///
    /// # Errors
    /// [`StoreError::ReadOnly`] if nothing is written here, and those of the store.
    pub fn clear_undo(&mut self) -> Result<(), StoreError> {
        now(self.waiting().clear_undo())
    }

    /// As [`Document::apply`], and durable: also what waits for other changes is kept, within the
    /// bound of what may wait.
    ///
    /// # Errors
    /// [`StoreError::Apply`] if any of it is malformed, forged or of another document, and those of
    /// the store. Nothing has changed then.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Outcome, StoreError> {
        now(self.waiting().apply(bytes))
    }

    fn write<R, E: From<StoreError>>(
        &mut self,
        prepare: impl FnOnce(&mut Document<T>) -> Result<Prepared<'_, T, R>, E>,
    ) -> Result<R, E> {
        now(self.waiting().write(prepare))
    }
}

/// What others write, and how it lies in the store.
impl<T: CrdtNode> Stored<T> {
    /// Brings in what other handles wrote since this one last looked, and says whether there was
    /// anything. Costs what they wrote. What it changed an [observer](Self::observe) is told.
    ///
    /// # Errors
    /// Those of the store.
    pub fn refresh(&mut self) -> Result<bool, StoreError> {
        now(self.waiting().refresh())
    }

    /// As [`Document::export`], of what is durable.
    ///
    /// # Errors
    /// Those of the store.
    pub fn export(&self, have: &[ChangeHash]) -> Result<Vec<u8>, StoreError> {
        self.store.flush()?;
        Ok(self.document.export(have))
    }

    /// As [`Document::export_for`], of what is durable.
    ///
    /// # Errors
    /// Those of the store.
    pub fn export_for(&self, frontier: &Frontier) -> Result<Vec<u8>, StoreError> {
        self.store.flush()?;
        Ok(self.document.export_for(frontier))
    }

    /// Writes everything anew as it is opened fastest and takes the least room, which is also done
    /// now and then by what writes.
    ///
    /// # Errors
    /// Those of the store.
    pub fn compact(&mut self) -> Result<(), StoreError> {
        now(self.waiting().compact())
    }
}
