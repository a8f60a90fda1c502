use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use crdt_core::DocumentId;

/// The most counts that are remembered: some 10 MiB.
const MOST: usize = 1 << 16;

type Key = ([u8; 32], DocumentId);

/// How many canonical bytes those who have a quota have brought into documents, by key or token. What
/// was not counted up for longest is forgotten when there is too much. Whoever wants to be forgotten
/// has to bring something into so many other documents, where they have as much of a quota.
#[derive(Default)]
pub(super) struct Quotas {
    counts: HashMap<Key, Count>,
    /// Which of them was used when.
    turns: BTreeMap<u64, Key>,
    turn: u64,
}

struct Count {
    used: Arc<AtomicU64>,
    turn: u64,
}

impl Quotas {
    /// What somebody has used, which is so much if nothing is known yet.
    pub(super) fn used(
        &mut self,
        holder: [u8; 32],
        document: DocumentId,
        before: u64,
    ) -> Arc<AtomicU64> {
        let key = (holder, document);
        self.turn += 1;
        let turn = self.turn;
        let new = || Count { used: Arc::new(AtomicU64::new(before)), turn };
        let count = self.counts.entry(key).or_insert_with(new);
        self.turns.remove(&core::mem::replace(&mut count.turn, turn));
        self.turns.insert(turn, key);
        let used = count.used.clone();
        if self.counts.len() > MOST
            && let Some((_, forgotten)) = self.turns.pop_first()
        {
            self.counts.remove(&forgotten);
        }
        used
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn counts_are_kept_as_long_as_there_are_not_too_many() {
        let document = DocumentId::from_bytes([1; 32]);
        let mut quotas = Quotas::default();
        let mut used = |holder: u32| {
            let mut key = [0; 32];
            key[..4].copy_from_slice(&holder.to_le_bytes());
            quotas.used(key, document, 1)
        };
        used(0).store(7, Ordering::Relaxed);
        used(1).store(8, Ordering::Relaxed);
        for holder in 2..=u32::try_from(MOST).expect("it is small") {
            assert_eq!(used(0).load(Ordering::Relaxed), 7, "{holder} others were counted");
            used(holder);
        }
        assert_eq!(used(1).load(Ordering::Relaxed), 1, "it was not used for longest");
        assert_eq!(used(0).load(Ordering::Relaxed), 7);
        assert_eq!((quotas.counts.len(), quotas.turns.len()), (MOST, MOST));
    }
}
