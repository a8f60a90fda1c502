//! What can be undone, as notes: a row for each change, which all of them become now and then.
//!
//! Who opens a document reads them, whichever handles wrote them, and from then on has what can be
//! undone in memory. So notes that others write meanwhile are not brought in: to undo is to undo what
//! was made through one's own handle. They are an aid, and what is wrong with them is only said.

use super::compaction::Due;
use super::{Content, Replica, check};
use crate::backend::{Note, Rows, Write};

/// How many bytes of notes there are at least before all become one.
const LEAST: usize = 1 << 12;

/// How much was noted, as far as this handle knows.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Noted {
    /// The bytes of the note that all before it became.
    merged: usize,
    /// Those of all since.
    since: usize,
}

impl Noted {
    /// Whether what was noted since is as much again as all before.
    fn is_long(self) -> bool {
        self.since >= self.merged.max(LEAST)
    }
}

impl Replica {
    /// The notes that are in the store, as far as they are what was written there.
    pub(crate) async fn notes(&mut self, transaction: &impl Rows) -> Vec<Vec<u8>> {
        let notes = self.read_notes(transaction).await.unwrap_or_default();
        let mut lengths = notes.iter().map(|note| note.bytes.len());
        let merged = lengths.next().unwrap_or(0);
        self.notes = Noted { merged, since: lengths.sum() };
        notes.into_iter().map(|note| note.bytes).collect()
    }

    /// What is to be written of a note of what is appended next.
    pub(crate) fn note(&self, bytes: Vec<u8>) -> Write {
        let number = self.position + 1;
        Write::Note { from: number, by: Note { number, check: check(&bytes), bytes } }
    }

    /// So many bytes were noted.
    pub(crate) fn noted(&mut self, bytes: usize) {
        self.notes.since += bytes;
    }

    /// What is to be written so that one note takes the place of all.
    pub(crate) fn renote(&self, bytes: Vec<u8>) -> Write {
        let number = self.position;
        Write::Note { from: 0, by: Note { number, check: check(&bytes), bytes } }
    }

    /// One note of so many bytes took the place of all.
    pub(crate) fn renoted(&mut self, bytes: usize) {
        self.notes = Noted { merged: bytes, since: 0 };
    }

    pub(super) fn are_notes_long(&self) -> bool {
        self.notes.is_long()
    }

    /// Lets go of groups that were passed over without a change, as a note says, in a transaction
    /// that writes. Nothing is appended that the note could go with, so one note takes the place of
    /// all; without it they would be back when the document is opened again.
    pub(crate) async fn pass<R: Rows, C: Content>(
        &mut self,
        content: &C,
        transaction: R,
        passed: Vec<u8>,
    ) {
        let Some(notes) = self.read_notes(&transaction).await else { return };
        let notes: Vec<&[u8]> = notes.iter().map(|note| &*note.bytes).chain([&*passed]).collect();
        let Some(note) = content.merged_notes(&notes) else { return };
        let due = Due { compacted: None, note: Some(note) };
        if let Err(error) = self.replace(transaction, due).await {
            tracing::warn!(%error, document = %self.id, "what was passed over is not noted");
        }
    }

    /// The notes that are in the store. Where one is damaged, those that come after it: it may have
    /// said what became of all before. `None` if they cannot be read.
    pub(super) async fn read_notes(&self, transaction: &impl Rows) -> Option<Vec<Note>> {
        match transaction.notes(&self.id).await {
            Ok(mut notes) => {
                let is_damaged = |note: &Note| check(&note.bytes) != note.check;
                if let Some(last) = notes.iter().rposition(is_damaged) {
                    tracing::warn!(document = %self.id, "what could be undone is damaged");
                    notes.drain(..=last);
                }
                Some(notes)
            }
            Err(error) => {
                tracing::warn!(%error, document = %self.id, "what could be undone cannot be read");
                None
            }
        }
    }
}

/// The note that all become, if there are several.
pub(super) fn merged_notes<C: Content>(content: &C, notes: &[Note]) -> Option<Vec<u8>> {
    let notes: Vec<&[u8]> = notes.iter().map(|note| &*note.bytes).collect();
    if notes.len() > 1 { content.merged_notes(&notes) } else { None }
}
