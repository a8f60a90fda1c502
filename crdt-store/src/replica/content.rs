use crdt_core::{ApplyError, CrdtNode, Document, History, Outcome, SaveOptions, SavedPart};

use super::check;
use crate::backend::Check;

/// What became of bytes that were taken in.
pub(crate) struct TakenIn {
    pub(super) outcome: Outcome,
    /// What waited before and does not any more.
    pub(super) stopped: Vec<Check>,
}

/// A document in memory, of a type or without one.
pub(crate) trait Content {
    fn history(&self) -> &History;

    fn take_in(&mut self, bytes: &[u8]) -> Result<TakenIn, ApplyError>;

    /// Whether opening it went through all its changes, which a new base would spare.
    fn was_replayed(&self) -> bool;

    /// All changes from one on, as bundles.
    fn export_since(&self, first: usize) -> Vec<u8>;

    /// All of it but what waits, as a base.
    fn save_in_parts(&self) -> Vec<SavedPart>;

    /// What notes tell that can be undone, as one; `None` if nothing is undone here.
    fn merged_notes(&self, notes: &[&[u8]]) -> Option<Vec<u8>>;
}

impl<T: CrdtNode> Content for Document<T> {
    fn history(&self) -> &History {
        self.history()
    }

    fn take_in(&mut self, bytes: &[u8]) -> Result<TakenIn, ApplyError> {
        let prepared = self.prepare_apply(bytes)?;
        let stopped = prepared.stopped_waiting().map(check).collect();
        Ok(TakenIn { outcome: prepared.accept(), stopped })
    }

    fn was_replayed(&self) -> bool {
        self.was_replayed()
    }

    fn export_since(&self, first: usize) -> Vec<u8> {
        self.export_since(first)
    }

    fn save_in_parts(&self) -> Vec<SavedPart> {
        self.save_in_parts(&SaveOptions::new().without_waiting())
    }

    fn merged_notes(&self, notes: &[&[u8]]) -> Option<Vec<u8>> {
        // Who keeps nothing leaves alone what others have kept.
        let keeps = self.undo_limits().groups > 0;
        keeps.then(|| self.merged_undo_notes(notes.iter().copied())).flatten()
    }
}

// It has no state, and nobody writes.
impl Content for History {
    fn history(&self) -> &History {
        self
    }

    fn take_in(&mut self, bytes: &[u8]) -> Result<TakenIn, ApplyError> {
        let prepared = self.prepare_apply(bytes)?;
        let stopped = prepared.stopped_waiting().map(check).collect();
        Ok(TakenIn { outcome: prepared.accept(), stopped })
    }

    fn was_replayed(&self) -> bool {
        false
    }

    fn export_since(&self, first: usize) -> Vec<u8> {
        self.export_since(first)
    }

    fn save_in_parts(&self) -> Vec<SavedPart> {
        self.save_in_parts(&SaveOptions::new().without_waiting())
    }

    fn merged_notes(&self, _: &[&[u8]]) -> Option<Vec<u8>> {
        None
    }
}
