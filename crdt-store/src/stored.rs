use core::ops::Deref;

use crdt_core::{
    ChangeHash, ChangeOptions, CrdtNode, Document, EditError, Frontier, Observer, Outcome,
    Prepared, UndoLimits,
};

use crate::backend::Access;
use crate::error::StoreError;
use crate::replica::Replica;
use crate::store::Store;

/// A document in a store. It reads as the [`Document`] that it is in memory; what writes returns
/// when it is durable, and on an error nothing was written, and the document is as before, but for
/// what others wrote, which may have been brought in.
///
/// There can be several handles to one document, in several processes too. Each brings in what the
/// others wrote before it writes itself, so all of them are one author, whose changes follow on
/// each other. To see what others wrote without writing, [`refresh`](Self::refresh).
#[derive(Debug)]
pub struct Stored<T: CrdtNode> {
    store: Store,
    replica: Replica,
    document: Document<T>,
}

impl<T: CrdtNode> Deref for Stored<T> {
    type Target = Document<T>;

    fn deref(&self) -> &Document<T> {
        &self.document
    }
}

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
    /// Nothing was written then.
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
        let Self { store, replica, document } = self;
        let mut transaction = store.backend().begin(Access::Write)?;
        replica.bring_in(document, &*transaction)?;
        let note = document.merged_undo_notes([]).ok_or(StoreError::ReadOnly)?;
        let length = note.len();
        transaction.write(replica.id(), &[replica.renote(note)])?;
        transaction.commit()?;
        replica.renoted(length);
        document.clear_undo();
        Ok(())
    }

    /// As [`Document::with_undo_limits`]. What can be undone from when the document was open before
    /// is within the limits that [it is opened with](crdt_core::LoadOptions::undo_limits).
    #[must_use]
    pub fn with_undo_limits(self, limits: UndoLimits) -> Self {
        let Self { store, replica, document } = self;
        Self { store, replica, document: document.with_undo_limits(limits) }
    }

    /// As [`Document::apply`], and durable: also what waits for other changes is kept, within the
    /// bound of what may wait.
    ///
    /// # Errors
    /// [`StoreError::Apply`] if any of it is malformed, forged or of another document, and those of
    /// the store. Nothing has changed then.
    pub fn apply(&mut self, bytes: &[u8]) -> Result<Outcome, StoreError> {
        let Self { store, replica, document } = self;
        let mut transaction = store.backend().begin(Access::Write)?;
        replica.bring_in(document, &*transaction)?;
        let limit = document.history().pending_limits().bytes;
        let prepared = document.prepare_apply(bytes)?;
        let (began, stopped) = (prepared.began_waiting(), prepared.stopped_waiting());
        let mut writes = replica.waits(began, stopped, limit);
        let export = |first| prepared.export_since(first);
        let appended = replica.append(prepared.changes(), prepared.type_name(), export);
        let (appended, appending) = appended.unzip();
        writes.extend(appended.into_iter().flatten());
        if !writes.is_empty() {
            transaction.write(replica.id(), &writes)?;
            transaction.commit()?;
        }
        let outcome = prepared.accept();
        replica.forget_awaited();
        if let Some(appending) = appending {
            replica.appended(appending);
            replica.compact_when_due(document, store.backend());
        }
        Ok(outcome)
    }

    /// Has a change prepared on top of everything in the store, and appends it there.
    fn write<R, E: From<StoreError>>(
        &mut self,
        prepare: impl FnOnce(&mut Document<T>) -> Result<Prepared<'_, T, R>, E>,
    ) -> Result<R, E> {
        let Self { store, replica, document } = self;
        let mut transaction = store.backend().begin(Access::Write)?;
        replica.bring_in(document, &*transaction)?;
        let author = document.author();
        replica.check_own(document.history(), author)?;
        let prepared = prepare(document)?;
        let export = |first| prepared.export_since(first);
        let appended = replica.append(prepared.changes(), prepared.type_name(), export);
        let Some((mut writes, appending)) = appended else { return Ok(prepared.accept()) };
        writes.extend(replica.awaited());
        let note = prepared.undo_note();
        let noted = note.as_ref().map_or(0, Vec::len);
        writes.extend(note.map(|note| replica.note(note)));
        if !prepared.is_empty() {
            // A change depends on all there is, so it is the only head.
            writes.extend(replica.tip(author, prepared.heads().first().copied()));
        }
        transaction.write(replica.id(), &writes)?;
        transaction.commit()?;
        let result = prepared.accept();
        replica.forget_awaited();
        replica.appended(appending);
        replica.noted(noted);
        replica.compact_when_due(document, store.backend());
        Ok(result)
    }
}

/// What others write, and how it lies in the store.
impl<T: CrdtNode> Stored<T> {
    pub(crate) fn new(store: Store, replica: Replica, document: Document<T>) -> Self {
        Self { store, replica, document }
    }

    /// The store that it is in.
    pub fn store(&self) -> &Store {
        &self.store
    }

    /// Brings in what other handles wrote since this one last looked, and says whether there was
    /// anything. Costs what they wrote. What it changed an [observer](Self::observe) is told.
    ///
    /// # Errors
    /// Those of the store.
    pub fn refresh(&mut self) -> Result<bool, StoreError> {
        let transaction = self.store.backend().begin(Access::Read)?;
        self.replica.bring_in(&mut self.document, &*transaction)
    }

    /// As [`Document::observe`].
    pub fn observe(&mut self) -> Observer {
        self.document.observe()
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
        let Self { store, replica, document } = self;
        let mut transaction = store.backend().begin(Access::Write)?;
        replica.bring_in(document, &*transaction)?;
        let mut compacted = replica.rebase(&*document, &*transaction)?;
        compacted.writes.extend(replica.awaited());
        transaction.write(replica.id(), &compacted.writes)?;
        transaction.commit()?;
        replica.follow(compacted);
        replica.forget_awaited();
        store.shrink()
    }
}
