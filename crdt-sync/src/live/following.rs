//! What others write in the store, brought in by itself where the place tells of it.

use std::sync::Weak;

use crdt_core::CrdtNode;
use crdt_store::StoreError;
use crdt_store::backend::Place;
use futures_util::future::{Either, select};

use super::{Live, Shared};
use crate::host::Shareable;

/// Brings it in, as long as there is the document.
pub(super) async fn follow<T: CrdtNode, P: Place + Shareable>(document: Weak<Shared<T, P>>) {
    let Some((store, mut growth)) =
        document.upgrade().map(|shared| (shared.store.clone(), shared.entry.changed()))
    else {
        return;
    };
    let mut known = 0;
    loop {
        let committed = std::pin::pin!(store.place().committed_elsewhere(known));
        let gone = std::pin::pin!(async { while growth.changed().await.is_ok() {} });
        let Either::Left((Some(times), _)) = select(committed, gone).await else { return };
        known = times;
        let Some(shared) = document.upgrade() else { return };
        let document = Live { shared };
        if let Err(error) = document.refresh().await {
            tracing::warn!(%error, document = %document.id(), "what another tab wrote was not brought in");
            if matches!(error, StoreError::Removed(_)) {
                return;
            }
        }
    }
}
