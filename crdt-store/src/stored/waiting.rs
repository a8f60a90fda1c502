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
        let appended = replica.append(&prepared);
        let note = prepared.undo_note();
        let Some((mut writes, appending)) = appended else {
            let result = prepared.accept();
            if let Some(note) = note {
                replica.pass(document, transaction, note).await;
            }
            return Ok(result);
        };
        writes.extend(replica.awaited());
        let noted = note.as_ref().map_or(0, Vec::len);
        writes.extend(note.map(|note| replica.note(note)));
        if !prepared.is_empty() {
            // A change depends on all there is, so it is the only head.
            writes.extend(replica.tip(author, prepared.heads().first().copied()));
        }
        transaction.write(replica.id(), &writes).await?;
        transaction.commit().await?;
        let result = prepared.accept();
        replica.forget_awaited();
        replica.appended(appending);
        replica.noted(noted);
        replica.compact_when_due(document, store.place()).await;
        Ok(result)
    }

    /// As [`Stored::clear_undo`].
    ///
    /// # Errors
    /// As [`Stored::clear_undo`].
    pub async fn clear_undo(self) -> Result<(), StoreError> {
        let Stored { store, replica, document } = self.0;
        let mut transaction = store.begin(Access::Write).await?;
        replica.bring_in(document, &transaction).await?;
        let note = document.merged_undo_notes([]).ok_or(StoreError::ReadOnly)?;
        let length = note.len();
        transaction.write(replica.id(), &[replica.renote(note)]).await?;
        transaction.commit().await?;
        replica.renoted(length);
        document.clear_undo();
        Ok(())
    }

    /// As [`Stored::apply`].
    ///
    /// # Errors
    /// As [`Stored::apply`].
    pub async fn apply(self, bytes: &[u8]) -> Result<Outcome, StoreError> {
        let Stored { store, replica, document } = self.0;
        replica.apply_if(document, store.place_to_write()?, bytes, |_| Ok(())).await
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
        replica.compact_all(document, store.place_to_write()?).await?;
        store.waiting().shrink().await
    }
}
