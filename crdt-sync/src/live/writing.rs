//! Writing: as [`Stored`] does it, elsewhere than where it is awaited.

use crdt_core::{ChangeHash, ChangeOptions, CrdtNode, EditError, Outcome};
use crdt_store::{StoreError, Stored};

use super::Live;

impl<T: CrdtNode> Live<T> {
    /// As [`Stored::change`](crdt_store::Stored::change): durable when it returns. A closure that
    /// panics does so here, and nothing has changed then.
    ///
    /// # Errors
    /// As [`Stored::change`](crdt_store::Stored::change).
    pub async fn change<R: Send + 'static>(
        &self,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, EditError> + Send + 'static,
    ) -> Result<R, StoreError> {
        self.work(|stored| stored.change(edit)).await
    }

    /// As [`Stored::change_with`](crdt_store::Stored::change_with).
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn change_with<R: Send + 'static>(
        &self,
        options: ChangeOptions,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, EditError> + Send + 'static,
    ) -> Result<R, StoreError> {
        self.work(move |stored| stored.change_with(&options, edit)).await
    }

    /// As [`Stored::try_change`](crdt_store::Stored::try_change).
    ///
    /// # Errors
    /// The closure's own, and as [`change`](Self::change).
    pub async fn try_change<R, E>(
        &self,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<EditError> + From<StoreError> + Send + 'static,
    {
        self.work(|stored| stored.try_change(edit)).await
    }

    /// As [`Stored::try_change_with`](crdt_store::Stored::try_change_with).
    ///
    /// # Errors
    /// As [`try_change`](Self::try_change).
    pub async fn try_change_with<R, E>(
        &self,
        options: ChangeOptions,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<EditError> + From<StoreError> + Send + 'static,
    {
        self.work(move |stored| stored.try_change_with(&options, edit)).await
    }

    /// As [`Stored::undo`](crdt_store::Stored::undo): what was made through any clone of this handle.
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn undo(&self) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        self.work(Stored::undo).await
    }

    /// As [`Stored::undo_with`](crdt_store::Stored::undo_with).
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn undo_with(
        &self,
        options: ChangeOptions,
    ) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        self.work(move |stored| stored.undo_with(&options)).await
    }

    /// As [`Stored::redo`](crdt_store::Stored::redo).
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn redo(&self) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        self.work(Stored::redo).await
    }

    /// As [`Stored::redo_with`](crdt_store::Stored::redo_with).
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn redo_with(
        &self,
        options: ChangeOptions,
    ) -> Result<Option<Vec<ChangeHash>>, StoreError> {
        self.work(move |stored| stored.redo_with(&options)).await
    }

    /// As [`Stored::clear_undo`](crdt_store::Stored::clear_undo).
    ///
    /// # Errors
    /// As [`Stored::clear_undo`](crdt_store::Stored::clear_undo).
    pub async fn clear_undo(&self) -> Result<(), StoreError> {
        self.work(Stored::clear_undo).await
    }

    /// As [`Stored::apply`](crdt_store::Stored::apply).
    ///
    /// # Errors
    /// As [`Stored::apply`](crdt_store::Stored::apply).
    pub async fn apply(&self, bytes: Vec<u8>) -> Result<Outcome, StoreError> {
        self.work(move |stored| stored.apply(&bytes)).await
    }
}

/// Writing what differs in a plain value.
impl<T: CrdtNode<Value = T>> Live<T> {
    /// As [`Stored::update`](crdt_store::Stored::update).
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn update<R: Send + 'static>(
        &self,
        edit: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Result<R, StoreError> {
        self.work(|stored| stored.update(edit)).await
    }

    /// As [`Stored::update_with`](crdt_store::Stored::update_with).
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub async fn update_with<R: Send + 'static>(
        &self,
        options: ChangeOptions,
        edit: impl FnOnce(&mut T) -> R + Send + 'static,
    ) -> Result<R, StoreError> {
        self.work(move |stored| stored.update_with(&options, edit)).await
    }

    /// As [`Stored::try_update`](crdt_store::Stored::try_update).
    ///
    /// # Errors
    /// As [`try_change`](Self::try_change).
    pub async fn try_update<R, E>(
        &self,
        edit: impl FnOnce(&mut T) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<EditError> + From<StoreError> + Send + 'static,
    {
        self.work(|stored| stored.try_update(edit)).await
    }

    /// As [`Stored::try_update_with`](crdt_store::Stored::try_update_with).
    ///
    /// # Errors
    /// As [`try_change`](Self::try_change).
    pub async fn try_update_with<R, E>(
        &self,
        options: ChangeOptions,
        edit: impl FnOnce(&mut T) -> Result<R, E> + Send + 'static,
    ) -> Result<R, E>
    where
        R: Send + 'static,
        E: From<EditError> + From<StoreError> + Send + 'static,
    {
        self.work(move |stored| stored.try_update_with(&options, edit)).await
    }
}
