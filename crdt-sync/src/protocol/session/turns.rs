//! Who comes next: documents that wait for something, each once, in the order in which they came.

use crdt_core::DocumentId;
use crdt_core::sorted::SortedMap;

/// What documents wait for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(in crate::protocol) enum Turn {
    /// To ask the host what has to be known.
    Ask,
    /// To have the host take in what came.
    TakeIn,
    /// To have the host fetch what the other side lacks, once there is room for it.
    Fetch,
    /// To say something beside bundles.
    Say,
    /// To send a live change.
    Live,
    /// To send what was missing.
    Backfill,
}

impl Turn {
    pub(in crate::protocol) const ALL: [Self; 6] =
        [Self::Ask, Self::TakeIn, Self::Fetch, Self::Say, Self::Live, Self::Backfill];
}

/// The places of a document in the queues, where it stands in them.
pub(in crate::protocol) type Places = [Option<u64>; Turn::ALL.len()];

/// The queues. A document that is gone stands in none: who comes and goes without end makes them no
/// longer.
#[derive(Debug, Default)]
pub(super) struct Turns {
    next: u64,
    queues: [SortedMap<u64, DocumentId>; Turn::ALL.len()],
}

impl Turns {
    /// Puts a document at the end of a queue, unless it stands in it.
    pub(super) fn enter(&mut self, turn: Turn, document: DocumentId, places: &mut Places) {
        if places[turn as usize].is_none() {
            places[turn as usize] = Some(self.next);
            self.queues[turn as usize].insert(self.next, document);
            self.next += 1;
        }
    }

    /// Whose turn it is. It stays so until that one leaves.
    pub(super) fn first(&self, turn: Turn) -> Option<DocumentId> {
        self.queues[turn as usize].first_key_value().map(|(_, document)| *document)
    }

    /// Takes a document out of a queue.
    pub(super) fn leave(&mut self, turn: Turn, places: &mut Places) {
        if let Some(place) = places[turn as usize].take() {
            self.queues[turn as usize].remove(&place);
        }
    }

    /// How many wait.
    pub(super) fn count(&self, turn: Turn) -> usize {
        self.queues[turn as usize].len()
    }
}
