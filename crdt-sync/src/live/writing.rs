//! Writing: as [`Stored`] does it, elsewhere than where it is awaited.

use crdt_core::{ChangeHash, ChangeOptions, CrdtNode, Document, EditError, Outcome, Prepared};
use crdt_store::backend::Place;
use crdt_store::{StoreError, Stored};

use super::Live;
use crate::host::{Portable, Shareable};

impl<T: CrdtNode, P: Place + Shareable> Live<T, P> {
    /// As [`Stored::change`](crdt_store::Stored::change): durable when it returns. A closure that
    /// panics does so here, and nothing has changed then.
    ///
    /// # Errors
    /// As [`Stored::change`](crdt_store::Stored::change).
    pub async fn change<R: Portable + 'static>(
        &self,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, EditError> + Portable + 'static,
    ) -> Result<R, StoreError> {
        self.change_with(ChangeOptions::default(), edit).await
    }

    /// As [`Stored::change_with`](crdt_store::Stored::change_with).
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn change_with<R: Portable + 'static>(
        &self,
        options: ChangeOptions,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, EditError> + Portable + 'static,
    ) -> Result<R, StoreError> {
        self.write(move |document| {
            let prepared = document.prepare(&options, edit);
            prepared.map_err(StoreError::from)
        })
        .await
    }

    /// As [`Stored::try_change`](crdt_store::Stored::try_change).
    ///
    /// # Errors
    /// The closure's own, and as [`change`](Self::change).
    pub async fn try_change<R, E>(
        &self,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, E> + Portable + 'static,
    ) -> Result<R, E>
    where
        R: Portable + 'static,
        E: From<EditError> + From<StoreError> + Portable + 'static,
    {
        self.try_change_with(ChangeOptions::default(), edit).await
    }

    /// As [`Stored::try_change_with`](crdt_store::Stored::try_change_with).
    ///
    /// # Errors
    /// As [`try_change`](Self::try_change).
    pub async fn try_change_with<R, E>(
        &self,
        options: ChangeOptions,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, E> + Portable + 'static,
    ) -> Result<R, E>
    where
        R: Portable + 'static,
        E: From<EditError> + From<StoreError> + Portable + 'static,
    {
        self.write(move |document| document.try_prepare(&options, edit)).await
    }

    /// As [`Stored::clear_undo`](crdt_store::Stored::clear_undo).
    ///
    /// # Errors
    /// As [`Stored::clear_undo`](crdt_store::Stored::clear_undo).
    pub async fn clear_undo(&self) -> Result<(), StoreError> {
        self.work(async |stored: &mut Stored<T, P>| stored.waiting().clear_undo().await).await
    }

    /// As [`Stored::apply`](crdt_store::Stored::apply).
    ///
    /// # Errors
    /// As [`Stored::apply`](crdt_store::Stored::apply).
    pub async fn apply(&self, bytes: Vec<u8>) -> Result<Outcome, StoreError> {
        self.work(async move |stored: &mut Stored<T, P>| stored.waiting().apply(&bytes).await).await
    }

    /// As [`Stored::undo`](crdt_store::Stored::undo): what was made through any clone of this handle.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn undo(&self) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        self.undo_with(ChangeOptions::default()).await
    }

    /// As [`Stored::undo_with`](crdt_store::Stored::undo_with).
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn undo_with(
        &self,
        options: ChangeOptions,
    ) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        self.write(move |document| document.prepare_undo(&options).map_err(StoreError::from)).await
    }

    /// As [`Stored::redo`](crdt_store::Stored::redo).
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn redo(&self) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        self.redo_with(ChangeOptions::default()).await
    }

    /// As [`Stored::redo_with`](crdt_store::Stored::redo_with).
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn redo_with(
        &self,
        options: ChangeOptions,
    ) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        self.write(move |document| document.prepare_redo(&options).map_err(StoreError::from)).await
    }

    /// As [`Waiting::write`](crdt_store::Waiting::write): writes what a closure prepares.
    ///
    /// # Errors
    /// The closure's own, and as [`change`](Self::change).
    pub async fn write<R, E>(
        &self,
        prepare: impl FnOnce(&mut Document<T>) -> Result<Prepared<'_, T, R>, E> + Portable + 'static,
    ) -> Result<R, E>
    where
        R: Portable + 'static,
        E: From<StoreError> + Portable + 'static,
    {
        self.write_then(prepare, |_, result| result).await
    }

    /// As [`write`](Self::write), and then reads the document, before anybody else writes to it.
    ///
    /// `prepare` is given the document as it is once everything in the store has been brought in. So what
    /// an [observer](Document::observe) sees in `then` that looked there is what was written, and
    /// nothing else.
    pub async fn write_then<R, E, S>(
        &self,
        prepare: impl FnOnce(&mut Document<T>) -> Result<Prepared<'_, T, R>, E> + Portable + 'static,
        then: impl FnOnce(&Document<T>, Result<R, E>) -> S + Portable + 'static,
    ) -> S
    where
        R: Portable + 'static,
        E: From<StoreError> + Portable + 'static,
        S: Portable + 'static,
    {
        self.work(async move |stored: &mut Stored<T, P>| {
            let result = stored.waiting().write(prepare).await;
            then(stored, result)
        })
        .await
    }
}

/// Writing what differs in a plain value.
impl<T: CrdtNode<Value = T>, P: Place + Shareable> Live<T, P> {
    /// As [`Stored::update`](crdt_store::Stored::update).
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn update<R: Portable + 'static>(
        &self,
        edit: impl FnOnce(&mut T) -> R + Portable + 'static,
    ) -> Result<R, StoreError> {
        self.update_with(ChangeOptions::default(), edit).await
    }

    /// As [`Stored::update_with`](crdt_store::Stored::update_with).
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn update_with<R: Portable + 'static>(
        &self,
        options: ChangeOptions,
        edit: impl FnOnce(&mut T) -> R + Portable + 'static,
    ) -> Result<R, StoreError> {
        self.try_update_with(options, |value| Ok(edit(value))).await
    }

    /// As [`Stored::try_update`](crdt_store::Stored::try_update).
    ///
    /// # Errors
    /// As [`try_change`](Self::try_change).
    pub async fn try_update<R, E>(
        &self,
        edit: impl FnOnce(&mut T) -> Result<R, E> + Portable + 'static,
    ) -> Result<R, E>
    where
        R: Portable + 'static,
        E: From<EditError> + From<StoreError> + Portable + 'static,
    {
        self.try_update_with(ChangeOptions::default(), edit).await
    }

    /// As [`Stored::try_update_with`](crdt_store::Stored::try_update_with).
    ///
    /// # Errors
    /// As [`try_change`](Self::try_change).
    pub async fn try_update_with<R, E>(
        &self,
        options: ChangeOptions,
        edit: impl FnOnce(&mut T) -> Result<R, E> + Portable + 'static,
    ) -> Result<R, E>
    where
        R: Portable + 'static,
        E: From<EditError> + From<StoreError> + Portable + 'static,
    {
        self.write(move |document| document.try_prepare_update(&options, edit)).await
    }
}
