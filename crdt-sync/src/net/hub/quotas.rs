use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crdt_core::DocumentId;

/// How many canonical bytes those who have a quota have brought into documents, by key or token.
#[derive(Default)]
pub(super) struct Quotas(HashMap<([u8; 32], DocumentId), Arc<AtomicU64>>);

impl Quotas {
    /// What somebody has used, which is so much if nothing is known yet.
    pub(super) fn used(
        &mut self,
        holder: [u8; 32],
        document: DocumentId,
        before: u64,
    ) -> Arc<AtomicU64> {
        let used = self.0.entry((holder, document));
        used.or_insert_with(|| Arc::new(AtomicU64::new(before))).clone()
    }
}
