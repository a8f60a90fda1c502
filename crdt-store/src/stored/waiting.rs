use crdt_core::{CrdtNode, Document, Frontier, Outcome, Prepared};

use super::Stored;
use crate::backend::{Access, Place, Rows as _};
use crate::error::StoreError;
use crate::waiting::Waiting;

impl<T: CrdtNode, P: Place> Waiting<&mut Stored<T, P>> {
    /// Has a change prepared on top of everything in the store, by one of the methods of
    /// [`Document`] that prepare one, and appends it there: it is accepted once it is durable. All
    /// verbs that write are made of it.
    ///
    /// # Errors
    /// Those of preparing it, and as [`Stored::change`].
    pub async fn write<R, E: From<StoreError>>(
        self,
        prepare: impl FnOnce(&mut Document<T>) -> Result<Prepared<'_, T, R>, E>,
    ) -> Result<R, E> {
        let Stored { store, replica, document } = self.0;
        let mut transaction = store.begin(Access::Write).await?;
        replica.bring_in(document, &transaction).await?;
        let author = document.author();
        replica.check_own(document.history(), author)?;
        let prepared = prepare(document)?;
        let export = |first| prepared.export_since(first);
        let appended = replica.append(prepared.changes(), prepared.type_name(), export);
        let Some((mut writes, appending)) = appended else { return Ok(prepared.accept()) };
        writes.extend(replica.awaited());
        if !prepared.is_empty() {
            // A change depends on all there is, so it is the only head.
            writes.extend(replica.tip(author, prepared.heads().first().copied()));
        }
        transaction.write(replica.id(), &writes).await?;
        transaction.commit().await?;
        let result = prepared.accept();
        replica.forget_awaited();
        replica.appended(appending);
        replica.compact_when_due(document, store.place()).await;
        Ok(result)
    }

    /// As [`Stored::apply`].
    ///
    /// # Errors
    /// As [`Stored::apply`].
    pub async fn apply(self, bytes: &[u8]) -> Result<Outcome, StoreError> {
        let Stored { store, replica, document } = self.0;
        let mut transaction = store.begin(Access::Write).await?;
        replica.bring_in(document, &transaction).await?;
        let limit = document.history().pending_limits().bytes;
        let prepared = document.prepare_apply(bytes)?;
        let (began, stopped) = (prepared.began_waiting(), prepared.stopped_waiting());
        let mut writes = replica.waits(began, stopped, limit);
        let export = |first| prepared.export_since(first);
        let appended = replica.append(prepared.changes(), prepared.type_name(), export);
        let (appended, appending) = appended.unzip();
        writes.extend(appended.into_iter().flatten());
        if !writes.is_empty() {
            transaction.write(replica.id(), &writes).await?;
            transaction.commit().await?;
        }
        let outcome = prepared.accept();
        replica.forget_awaited();
        if let Some(appending) = appending {
            replica.appended(appending);
            replica.compact_when_due(document, store.place()).await;
        }
        Ok(outcome)
    }

    /// As [`Stored::refresh`].
    ///
    /// # Errors
    /// As [`Stored::refresh`].
    pub async fn refresh(self) -> Result<bool, StoreError> {
        let Stored { store, replica, document } = self.0;
        let transaction = store.begin(Access::Read).await?;
        replica.bring_in(document, &transaction).await
    }

    /// As [`Stored::export_for`].
    ///
    /// # Errors
    /// As [`Stored::export_for`].
    pub async fn export_for(self, frontier: &Frontier) -> Result<Vec<u8>, StoreError> {
        self.0.store.place().flush().await?;
        Ok(self.0.document.export_for(frontier))
    }

    /// As [`Stored::compact`].
    ///
    /// # Errors
    /// As [`Stored::compact`].
    pub async fn compact(self) -> Result<(), StoreError> {
        let Stored { store, replica, document } = self.0;
        let mut transaction = store.begin(Access::Write).await?;
        replica.bring_in(document, &transaction).await?;
        let mut compacted = replica.rebase(&*document, &transaction).await?;
        compacted.writes.extend(replica.awaited());
        transaction.write(replica.id(), &compacted.writes).await?;
        transaction.commit().await?;
        replica.follow(compacted);
        replica.forget_awaited();
        store.waiting().shrink().await
    }
}
