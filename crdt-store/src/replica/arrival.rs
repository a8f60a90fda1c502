//! Taking in what comes from elsewhere: what the store has already, and what is to be kept in it.

use crdt_core::{ApplyError, Outcome};

use super::content::Arrived as _;
use super::{Content, Replica, check};
use crate::backend::{Access, Place, Rows as _};
use crate::error::StoreError;

impl Replica {
    /// Takes in bytes on top of everything in the store, if what comes of it is wanted, and keeps
    /// it there: changes, what waits, and the record of a document of which nothing else was here.
    pub(crate) async fn apply_if<C: Content, E: From<StoreError>>(
        &mut self,
        content: &mut C,
        place: &impl Place,
        bytes: &[u8],
        wants: impl FnOnce(&Outcome) -> Result<(), E>,
    ) -> Result<Outcome, E> {
        let mut transaction = place.begin(Access::Write).await?;
        self.bring_in(content, &transaction).await?;
        let limit = content.history().pending_limits().bytes;
        let arrived = content.prepare_apply(bytes).map_err(StoreError::from)?;
        wants(arrived.outcome())?;
        let mut writes = self.waits(&arrived, limit);
        let (appended, appending) = self.append(&arrived).unzip();
        writes.extend(appended.into_iter().flatten());
        if !writes.is_empty() {
            transaction.write(self.id(), &writes).await?;
            transaction.commit().await?;
        }
        let outcome = arrived.accept();
        self.forget_awaited();
        if let Some(appending) = appending {
            self.appended(appending);
            self.compact_when_due(content, place).await;
        }
        Ok(outcome)
    }

    /// Takes in what is in the store.
    pub(super) fn take_in<C: Content>(
        &mut self,
        content: &mut C,
        bytes: &[u8],
    ) -> Result<Outcome, ApplyError> {
        let arrived = content.prepare_apply(bytes)?;
        self.stale.extend(arrived.stopped_waiting().map(check));
        Ok(arrived.accept())
    }
}
