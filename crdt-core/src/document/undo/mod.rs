//! Undoing and redoing what this replica has written.
//!
//! An undo is a change like any other: ops that take others back, as the history and the state say
//! what these have come to since. So it merges, and nobody else has to know that it is one. Which
//! changes belong together, and which come next, is kept on a [stack] that never leaves the
//! replica.
//!
//! [`gathered`] goes over the ops of a group, [`standing`] says what of them is left to be taken
//! back, [`back`] writes it. An undo that was written is a group itself: to redo is to undo that.

mod back;
mod delay;
mod gathered;
mod groups;
mod kept;
mod note;
mod stack;
mod standing;

use super::prepared::{Made, Work, unwritten};
use super::{ChangeOptions, Document, Prepared};
use crate::crypto::ChangeHash;
use crate::history::{ChangeIndex, Draft};
use crate::node::{CrdtNode, EditError, Prior, Value};
use crate::op::Id;
use back::{Asked, Back, LetGo};
pub use delay::GroupDelay;
use gathered::Gathered;
use groups::Group;
pub use stack::UndoLimits;
pub(super) use stack::{Turn, UndoStack, Way};

impl<T: CrdtNode> Document<T> {
    /// Undoes the last group of changes that this replica has made and not undone yet, by a change
    /// of its own. Gives the changes that were undone, in order; `None` if nothing is left to undo.
    ///
    /// Of what others have written, nothing is undone. Elements that were inserted are deleted
    /// again. What was deleted or moved is as if it had not been, unless others have deleted or
    /// moved it too; additions to counters, and resets of them, are void. Where a value was set
    /// that still stands, the value before it comes back. A group of which nothing is left to undo
    /// is passed over.
    ///
    /// Every change is a group, unless it is [joined](ChangeOptions::joined) to the one before.
    ///
    /// ```
    /// # use crdt_core::{Document, Keypair, Text};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut mine = Document::<Text>::create(Keypair::generate()?)?;
    /// # let mut yours = Document::<Text>::join(mine.id(), Keypair::generate()?);
    /// mine.change(|text| text.push_str("one"))?;
    /// yours.merge(&mut mine)?;
    /// yours.change(|text| text.push_str(" two"))?;
    /// mine.merge(&mut yours)?;
    ///
    /// mine.undo()?;
    /// assert_eq!(mine.read(), " two");
    /// mine.redo()?;
    /// assert_eq!(mine.read(), "one two");
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Costs what is undone, and going over the changes in which the values that come back were
    /// written. The first time that a delete or move, or an op on a counter is undone after the
    /// document was opened, the state is built anew from all changes, and keeps what is deleted
    /// from there on.
    ///
    /// # Errors
    /// [`EditError::ReadOnly`], or what prevents the change from being written. Then nothing is
    /// changed.
    pub fn undo(&mut self) -> Result<Option<Vec<ChangeHash>>, EditError> {
        self.prepare_undo(&ChangeOptions::new()).map(Prepared::accept)
    }

    /// Takes the last [undo](Self::undo) back, by a change of its own, if no other change was made
    /// here since. Gives the changes that were taken back; `None` if there is nothing to redo.
    ///
    /// # Errors
    /// As [`undo`](Self::undo).
    pub fn redo(&mut self) -> Result<Option<Vec<ChangeHash>>, EditError> {
        self.prepare_redo(&ChangeOptions::new()).map(Prepared::accept)
    }

    /// Like [`undo`](Self::undo), with a message, a claimed time or further dependencies of the
    /// change that undoes.
    ///
    /// # Errors
    /// As [`prepare_undo`](Self::prepare_undo).
    pub fn undo_with(
        &mut self,
        options: &ChangeOptions,
    ) -> Result<Option<Vec<ChangeHash>>, EditError> {
        self.prepare_undo(options).map(Prepared::accept)
    }

    /// Like [`redo`](Self::redo), with a message, a claimed time or further dependencies of the
    /// change that redoes.
    ///
    /// # Errors
    /// As [`prepare_undo`](Self::prepare_undo).
    pub fn redo_with(
        &mut self,
        options: &ChangeOptions,
    ) -> Result<Option<Vec<ChangeHash>>, EditError> {
        self.prepare_redo(options).map(Prepared::accept)
    }

    /// Whether there is a group to undo. Of one that others have overwritten it may turn out that
    /// nothing is left to undo.
    pub fn can_undo(&self) -> bool {
        self.undo.groups(Way::Undo).count() > 0
    }

    /// Whether there is an undo to take back.
    pub fn can_redo(&self) -> bool {
        self.undo.groups(Way::Redo).count() > 0
    }

    /// [Undoes](Self::undo) a group if what comes of it is accepted. The options are those of the
    /// change that undoes it.
    ///
    /// # Errors
    /// As [`undo`](Self::undo); [`EditError::UnknownDependency`] if a dependency is not known here.
    pub fn prepare_undo(
        &mut self,
        options: &ChangeOptions,
    ) -> Result<Prepared<'_, T, Option<Vec<ChangeHash>>>, EditError> {
        self.prepare_back(Way::Undo, options)
    }

    /// [Redoes](Self::redo) a group if what comes of it is accepted.
    ///
    /// # Errors
    /// As [`prepare_undo`](Self::prepare_undo).
    pub fn prepare_redo(
        &mut self,
        options: &ChangeOptions,
    ) -> Result<Prepared<'_, T, Option<Vec<ChangeHash>>>, EditError> {
        self.prepare_back(Way::Redo, options)
    }

    /// Lets go of what can be undone and redone.
    pub fn clear_undo(&mut self) {
        self.undo.clear();
    }

    /// Bounds what can be undone and redone.
    #[must_use]
    pub fn with_undo_limits(mut self, limits: UndoLimits) -> Self {
        self.undo.set_limits(limits);
        self
    }

    /// How much can be undone and redone.
    pub fn undo_limits(&self) -> UndoLimits {
        self.undo.limits()
    }

    fn prepare_back(
        &mut self,
        way: Way,
        options: &ChangeOptions,
    ) -> Result<Prepared<'_, T, Option<Vec<ChangeHash>>>, EditError> {
        let after = self.known(options)?;
        let (mut passed, mut place) = (0, self.undo.groups(way).last());
        while let Some(at) = place
            && let Some(group) = self.undo.groups(way).at(at)
        {
            let back = self.back_from(&group)?;
            if !back.is_empty() {
                self.write_back(back, after, options, Turn::Back { way, passed })?;
                let chains = self.history.chains();
                let undone = group.changes().map(|change| chains.hash_of(change)).collect();
                return Ok(Prepared::new(self, Some(undone)));
            }
            passed += 1;
            place = self.undo.groups(way).before(at);
        }
        self.pass_when_accepted(way, passed);
        Ok(Prepared::new(self, None))
    }

    /// Prepares that groups of which nothing is left are let go of.
    fn pass_when_accepted(&mut self, way: Way, passed: usize) {
        let tip = self.writer.as_ref().and_then(|writer| writer.tip);
        let made = Made::Changes { tip, moved: None, begin: None, priors: Vec::new() };
        let mark = self.history.mark();
        self.prepared = Some(Work { mark, made, turn: Turn::Back { way, passed } });
    }

    /// The ops that take a group back. Where that depends on what the state has let go of, it is
    /// built anew before.
    fn back_from(&mut self, group: &Group) -> Result<Back, EditError> {
        let gathered = Gathered::of(&self.history, group);
        if gathered.annuls() {
            self.keep_all();
        }
        let mut back = self.take_back_of(&gathered);
        if let Err(LetGo) = back {
            self.keep_all();
            back = self.take_back_of(&gathered);
        }
        let missing = EditError::Inconsistent("a value that comes back is not in the history");
        back.ok().filter(Back::is_complete).ok_or(missing)
    }

    fn take_back_of(&mut self, gathered: &Gathered) -> Result<Back, LetGo> {
        let Self { history, state, keeps_all, writer, .. } = self;
        let chains = history.chains();
        let tip = writer.as_ref().and_then(|writer| writer.tip).map(|tip| Id {
            chain: chains.next_id(Some(tip)).chain,
            counter: chains.end_of(tip).saturating_sub(1),
        });
        Back::of(gathered, history, Asked { state, chains, tip, keeps_all: *keeps_all })
    }

    /// Has the state keep all that is deleted or reset, from the beginning.
    fn keep_all(&mut self) {
        if !self.keeps_all {
            self.keeps_all = true;
            self.rebuild();
        }
    }

    /// Prepares a change of ops that the state takes in when it is accepted.
    fn write_back(
        &mut self,
        back: Back,
        after: Vec<ChangeIndex>,
        options: &ChangeOptions,
        turn: Turn,
    ) -> Result<(), EditError> {
        let Some(writer) = &self.writer else { return Err(EditError::ReadOnly) };
        let start = self.history.chains().next_id(writer.tip);
        let mut draft = Draft::blank(writer.keypair.author(), writer.tip, start.counter);
        let priors = back.named_priors(start);
        (draft.after, draft.tags, draft.written) = (after, options.tags(), back.written);
        let mark = self.history.mark();
        match self.append(&mut draft) {
            Ok(()) => {
                let priors = shifted(priors, start, draft.shift);
                let made = Made::Changes { tip: draft.prev, moved: None, begin: None, priors };
                self.prepared = Some(Work { mark, made, turn });
                Ok(())
            }
            Err(error) => {
                self.history.roll_back(mark);
                Err(unwritten(error))
            }
        }
    }
}

/// What ops found that came to lie higher than their editors took them to, from an id on.
pub(super) fn shifted(mut priors: Vec<(Id, Prior)>, from: Id, shift: u32) -> Vec<(Id, Prior)> {
    let up = |id: &mut Id| {
        if id.chain == from.chain && id.counter >= from.counter {
            id.counter += shift;
        }
    };
    for (op, prior) in &mut priors {
        up(op);
        if let Prior::Value(Value { op, of }) = prior {
            up(op);
            up(of);
        }
    }
    priors
}
