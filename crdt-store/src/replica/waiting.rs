//! What waits for changes that are not here: a row for each bundle, told by its check.
//!
//! A bundle may come free by what another handle wrote, which is brought in without writing. So what
//! does not wait any more is remembered, and goes from the store with what is written next: by then
//! everything that came free is appended.

use std::collections::HashSet;

use crdt_core::History;

use super::content::Arrived;
use super::{Content, Replica, check};
use crate::backend::{Rows, Write};
use crate::error::StoreError;

impl Replica {
    /// Has a document wait for what it waits for in the store.
    pub(super) async fn bring_in_waiting<C: Content>(
        &mut self,
        content: &mut C,
        transaction: &impl Rows,
    ) -> Result<(), StoreError> {
        let rows = transaction.waiting(&self.id).await?;
        if rows.is_empty() {
            return Ok(());
        }
        for (_, bytes) in &rows {
            if let Err(error) = self.take_in(content, bytes) {
                tracing::warn!(%error, document = %self.id, "what waited is refused");
            }
        }
        let waiting: HashSet<_> = content.history().waiting().map(check).collect();
        let checks = rows.into_iter().map(|(check, _)| check);
        self.stale.extend(checks.filter(|check| !waiting.contains(check)));
        Ok(())
    }

    /// What is to be written of what began to wait, and stopped, when bytes were taken in, beside all
    /// that is not durable.
    pub(super) fn waits(&self, arrived: &impl Arrived, limit: usize) -> Vec<Write> {
        let stopped = arrived.stopped_waiting().map(|bundle| Write::Awaited(check(bundle)));
        let began = arrived.began_waiting().map(|bundle| begins(bundle, limit));
        self.awaited().chain(stopped).chain(began).collect()
    }

    /// What is to be written of what waits in a document that is new here.
    pub(super) fn waits_in(history: &History) -> Vec<Write> {
        let limit = history.pending_limits().bytes;
        history.waiting().map(|bundle| begins(bundle, limit)).collect()
    }

    /// What is to be written of what stopped to wait before, beside all that is not durable.
    pub(crate) fn awaited(&self) -> impl Iterator<Item = Write> {
        self.stale.iter().copied().map(Write::Awaited)
    }

    /// All of that is written.
    pub(crate) fn forget_awaited(&mut self) {
        self.stale.clear();
    }
}

fn begins(bundle: &[u8], limit: usize) -> Write {
    Write::Wait { bytes: bundle.to_vec(), check: check(bundle), limit: limit as u64 }
}
