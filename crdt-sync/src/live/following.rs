//! What others write in the store, brought in by itself where the place tells of it.

use std::pin::pin;
use std::sync::Weak;

use crdt_store::backend::Place;
use crdt_store::{Store, StoreError};
use futures_util::future::{Either, select};

use crate::host::Entry;

/// Brings in what others write to a document, as long as it is there.
pub(super) async fn follow<P: Place>(document: Weak<Entry>, store: Store<P>) {
    let Some(mut growth) = document.upgrade().map(|entry| entry.changed()) else { return };
    let mut known = 0;
    loop {
        let committed = pin!(store.place().committed_elsewhere(known));
        let gone = pin!(async { while growth.changed().await.is_ok() {} });
        let Either::Left((Some(times), _)) = select(committed, gone).await else { return };
        known = times;
        let Some(entry) = document.upgrade() else { return };
        if let Err(error) = entry.refresh().await {
            tracing::warn!(%error, document = %entry.id, "what another tab wrote was not brought in");
            if matches!(error, StoreError::Removed(_)) {
                return;
            }
        }
    }
}
