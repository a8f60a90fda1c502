//! Taking in what comes from elsewhere: what the store has already, and what is to be kept in it.

use crdt_core::{ApplyError, History, Outcome};

use super::content::Arrived as _;
use super::{Content, Replica, check};
use crate::backend::{Access, Place, Rows as _};
use crate::error::StoreError;

/// What has so many bytes is verified while others write: it may be a hundred signatures.
const LONG: usize = 1 << 14;

/// And so is what states so many canonical bytes, however short it is: they are all hashed.
const STATED: u64 = 1 << 16;

impl Replica {
    /// Takes in bytes on top of everything in the store, if what comes of it is wanted, and keeps
    /// it there: changes, what waits, and the record of a document of which nothing else was here.
    ///
    /// Verifying what is long takes its time, in which others write to other documents: so it is done
    /// before they have to wait, and again if somebody wrote to this one meanwhile.
    pub(crate) async fn apply_if<C: Content, E: From<StoreError>>(
        &mut self,
        content: &mut C,
        place: &impl Place,
        bytes: &[u8],
        mut wants: impl FnMut(&Outcome) -> Result<(), E>,
    ) -> Result<Outcome, E> {
        if is_long(bytes) {
            let reading = place.begin(Access::Read).await?;
            self.bring_in(content, &reading).await?;
            drop(reading);
            let ahead = self.take_up(content, place, None, bytes, &mut wants).await?;
            if let Some(outcome) = ahead {
                return Ok(outcome);
            }
        }
        loop {
            let writing = place.begin(Access::Write).await?;
            self.bring_in(content, &writing).await?;
            let taken = self.take_up(content, place, Some(writing), bytes, &mut wants).await?;
            if let Some(outcome) = taken {
                return Ok(outcome);
            }
        }
    }

    /// Takes in bytes on top of what was brought in. `None` where somebody else has written since, if
    /// nobody was kept from that: then nothing has changed.
    async fn take_up<'p, C: Content, P: Place, E: From<StoreError>>(
        &mut self,
        content: &mut C,
        place: &'p P,
        writing: Option<P::Rows<'p>>,
        bytes: &[u8],
        wants: &mut impl FnMut(&Outcome) -> Result<(), E>,
    ) -> Result<Option<Outcome>, E> {
        let limit = content.history().pending_limits().bytes;
        let arrived = content.prepare_apply(bytes).map_err(StoreError::from)?;
        wants(arrived.outcome())?;
        if writing.is_none() {
            // Whoever else is in this thread has a turn between verifying and writing out.
            let reading = place.begin(Access::Read).await?;
            if !self.is_current(&reading).await? {
                return Ok(None);
            }
        }
        let mut writes = self.waits(&arrived, limit);
        let (appended, appending) = self.append(&arrived).unzip();
        writes.extend(appended.into_iter().flatten());
        if !writes.is_empty() {
            let mut transaction = if let Some(transaction) = writing {
                transaction
            } else {
                let transaction = place.begin(Access::Write).await?;
                if !self.is_current(&transaction).await? {
                    return Ok(None);
                }
                transaction
            };
            transaction.write(self.id(), &writes).await?;
            transaction.commit().await?;
        }
        let outcome = arrived.accept();
        self.forget_awaited();
        if let Some(appending) = appending {
            self.appended(appending);
            self.compact_when_due(content, place).await;
        }
        Ok(Some(outcome))
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

/// Whether verifying bytes takes its time. Where they make no sense they are refused soon.
fn is_long(bytes: &[u8]) -> bool {
    bytes.len() >= LONG || History::stated_bytes(bytes).is_ok_and(|stated| stated >= STATED)
}
