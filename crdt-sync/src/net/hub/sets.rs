use std::collections::VecDeque;
use std::sync::Arc;

use crdt_core::DocumentId;

/// The most documents that sets are remembered of: some 32 MiB.
const MOST: usize = 1 << 20;
/// As how many documents a set counts beside those that it has: so there are not very many sets either,
/// among which one is looked for.
const SET: usize = 64;

/// Sets of documents that peers follow, so that they need not say the ids again. They are a hint: what
/// is forgotten is asked for.
#[derive(Default)]
pub(super) struct Sets {
    /// Those that were used last at the end.
    sets: VecDeque<([u8; 32], Arc<[DocumentId]>)>,
    documents: usize,
}

impl Sets {
    pub(super) fn recall(&mut self, hash: &[u8; 32]) -> Option<Arc<[DocumentId]>> {
        let place = self.sets.iter().position(|(known, _)| known == hash)?;
        let set = self.sets.remove(place)?;
        let documents = set.1.clone();
        self.sets.push_back(set);
        Some(documents)
    }

    pub(super) fn remember(&mut self, hash: [u8; 32], documents: Arc<[DocumentId]>) {
        if documents.len() + SET <= MOST && self.recall(&hash).is_none() {
            self.push(hash, documents);
        }
    }

    fn push(&mut self, hash: [u8; 32], documents: Arc<[DocumentId]>) {
        self.documents += documents.len() + SET;
        self.sets.push_back((hash, documents));
        while self.documents > MOST
            && let Some((_, forgotten)) = self.sets.pop_front()
        {
            self.documents -= forgotten.len() + SET;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_used_for_longest_is_forgotten_when_there_are_too_many() {
        let half: Arc<[DocumentId]> = vec![DocumentId::from_bytes([0; 32]); MOST / 2 - SET].into();
        let mut sets = Sets::default();
        sets.remember([1; 32], half.clone());
        sets.remember([2; 32], half.clone());
        sets.remember([2; 32], half.clone());
        assert!(sets.recall(&[1; 32]).is_some());
        sets.remember([3; 32], half);
        assert!(sets.recall(&[1; 32]).is_some() && sets.recall(&[3; 32]).is_some());
        assert!(sets.recall(&[2; 32]).is_none());
    }

    #[test]
    fn many_small_sets_are_forgotten_too() {
        let mut sets = Sets::default();
        for number in 0..2 * (MOST / SET) as u64 {
            let mut hash = [0; 32];
            hash[..8].copy_from_slice(&number.to_le_bytes());
            // As remember does, without looking for it, which takes its time.
            sets.push(hash, Arc::new([DocumentId::from_bytes(hash)]));
        }
        assert!(sets.sets.len() <= MOST / SET);
    }
}
