//! What waits for changes that are not here: a row for each bundle, told by its check.
//!
//! A bundle may come free by what another handle wrote, which is brought in without writing. So what
//! does not wait any more is remembered, and goes from the store with what is written next: by then
//! everything that came free is appended.

use std::collections::HashSet;

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
            if let Err(error) = content.take_in(bytes) {
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
    pub(crate) fn waits<'b>(
        &self,
        began: impl Iterator<Item = &'b [u8]>,
        stopped: impl Iterator<Item = &'b [u8]>,
        limit: usize,
    ) -> Vec<Write> {
        let limit = limit as u64;
        let stopped = stopped.map(|bundle| Write::Awaited(check(bundle)));
        let began =
            began.map(|bundle| Write::Wait { bytes: bundle.to_vec(), check: check(bundle), limit });
        self.awaited().chain(stopped).chain(began).collect()
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
