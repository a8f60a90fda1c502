//! What can be undone beyond the time for which a document is open.

use super::UndoStack;
use super::note::{NoteWriter, Told, Unfit};
use crate::document::prepared::{Made, Work};
use crate::document::{Document, Prepared};
use crate::node::{CrdtNode, Prior};
use crate::op::Id;

impl<T: CrdtNode, R> Prepared<'_, T, R> {
    /// A note of what can be undone, or not any more, when this is accepted; `None` if nothing
    /// becomes of that. An undo that makes no change has one too, if it passes groups over. It is one
    /// step: [`Document::undo_note`] has all in one.
    ///
    /// Whoever keeps notes beside the document, in the order in which they were written, has
    /// [`Document::restore_undo`] read them when it was opened. They are for nobody else: what others
    /// have of a document does not say what can be undone here.
    ///
    /// Costs what was prepared, and the groups that cannot be redone any more.
    pub fn undo_note(&self) -> Option<Vec<u8>> {
        self.document().next_note()
    }
}

impl<T: CrdtNode> Document<T> {
    /// What becomes of what can be undone when what is prepared is accepted.
    fn next_note(&self) -> Option<Vec<u8>> {
        let work = self.prepared.as_ref()?;
        let changes = work.mark.end()..self.history.end();
        self.undo.note(work.turn, changes, &work.priors(), self.note_writer()?)
    }

    fn note_writer(&self) -> Option<NoteWriter<'_>> {
        let writer = self.writer.as_ref()?;
        Some(NoteWriter::new(&self.history, writer.keypair.author()))
    }

    /// All that can be undone and redone as one note, in place of all [others](Prepared::undo_note)
    /// of this replica; `None` if it is only read.
    pub fn undo_note(&self) -> Option<Vec<u8>> {
        self.note_writer().map(|writer| self.undo.note_all(writer))
    }

    /// What notes tell that can be undone and redone, as one note in their place; `None` if the
    /// document is only read. What they tell beyond the [limits](Self::undo_limits) is left out.
    pub fn merged_undo_notes<'n>(
        &self,
        notes: impl IntoIterator<Item = &'n [u8]>,
    ) -> Option<Vec<u8>> {
        let mut merged = UndoStack::default();
        merged.set_limits(self.undo.limits());
        self.restore(&mut merged, notes);
        self.note_writer().map(|writer| merged.note_all(writer))
    }

    /// Makes of notes, in the order in which they were written, what can be undone and redone, in
    /// place of what could be: the last groups that are within the [limits](Self::undo_limits).
    ///
    /// Notes of another key than this replica's tell nothing. If a note is damaged, or says what is
    /// not in the history, only what was made after it can be undone: it may have said that groups
    /// before it went. Nothing can be undone if the chain of this replica forks, and not what replaced
    /// a value of an author whose chain does.
    ///
    /// ```
    /// use crdt_core::{ChangeOptions, Document, Keypair, Text};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let key = Keypair::generate()?;
    /// let mut text = Document::<Text>::create(key.clone())?;
    /// let mut notes = Vec::new();
    /// for word in ["one", " two"] {
    ///     let prepared = text.prepare(&ChangeOptions::new(), |text| text.push_str(word))?;
    ///     notes.extend(prepared.undo_note());
    ///     prepared.accept();
    /// }
    ///
    /// let mut opened = Document::<Text>::load(&text.save(), key)?;
    /// opened.restore_undo(notes.iter().map(Vec::as_slice));
    /// opened.undo()?;
    /// assert_eq!(opened.read(), "one");
    /// # Ok(())
    /// # }
    /// ```
    pub fn restore_undo<'n>(&mut self, notes: impl IntoIterator<Item = &'n [u8]>) {
        self.settle();
        let mut undo = core::mem::take(&mut self.undo);
        self.restore(&mut undo, notes);
        self.undo = undo;
    }

    fn restore<'n>(&self, undo: &mut UndoStack, notes: impl IntoIterator<Item = &'n [u8]>) {
        undo.clear();
        let author = self.writer.as_ref().map(|writer| writer.keypair.author());
        let Some(mut told) = author.and_then(|author| Told::new(&self.history, author)) else {
            return;
        };
        for note in notes {
            match told.read(note) {
                Ok(()) => continue,
                Err(Unfit::Malformed) => tracing::warn!("what could be undone cannot be read"),
                Err(Unfit::NotHere) => tracing::warn!("what could be undone is not in the history"),
            }
            told.forget();
        }
        undo.restore(told.finish());
    }
}

impl Work {
    /// What the ops found, if they were written here.
    fn priors(&self) -> Vec<(Id, Prior)> {
        match &self.made {
            Made::Change { log, .. } => log.priors(),
            Made::Changes { priors, .. } => priors.clone(),
            Made::Arrived => Vec::new(),
        }
    }
}
