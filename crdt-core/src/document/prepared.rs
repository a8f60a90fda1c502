//! Preparing: changes that are written, or taken in, and then accepted or aborted.
//!
//! What is prepared is in the history, and of a single change the edits are in the state. Whatever
//! else the state takes in, it does when that is accepted. Until then the document is borrowed, so
//! nobody can read what may go again.

use core::fmt;
use core::ops::Range;

use super::undo::{Turn, shifted};
use super::{ChangeOptions, Document, Writer};
use crate::crypto::ChangeHash;
use crate::history::{
    ApplyError, ChangeIndex, Draft, Genesis, Heads, HistoryMark, Outcome, Unwritten,
};
use crate::node::{
    CrdtNode, EditError, Log, Mode, Prior, Scope, Space, Stamp, Transaction, Writing,
};
use crate::op::Id;

/// A change, or what bytes from elsewhere come to, until it is [accepted](Self::accept); made by
/// [`Document::prepare`] and [`Document::prepare_apply`].
///
/// Whoever keeps the document makes it durable meanwhile. Dropping it aborts: everything is exactly
/// as it was before, at the cost of what was prepared. What editors have named by then has no name.
///
/// One that is forgotten instead ([`core::mem::forget`]) is accepted as soon as the document is
/// borrowed mutably again.
#[must_use = "what is prepared is aborted if it is not accepted"]
pub struct Prepared<'d, T: CrdtNode, R> {
    result: R,
    open: Open<'d, T>,
}

/// Aborts what is prepared when it is dropped, if it has not been accepted.
struct Open<'d, T: CrdtNode>(&'d mut Document<T>);

impl<T: CrdtNode> Drop for Open<'_, T> {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// What is prepared, and what leads back to before it.
#[derive(Debug)]
pub(super) struct Work {
    pub(super) mark: HistoryMark,
    pub(super) made: Made,
    /// What becomes of what can be undone.
    pub(super) turn: Turn,
}

/// What was made, and is to be done about it when it is accepted.
#[derive(Debug)]
pub(super) enum Made {
    /// A change, whose edits are in the state. The last one of this replica's chain is `tip`.
    Change { log: Box<Log>, tip: Option<ChangeIndex> },
    /// Several, which the state is to take in.
    Changes {
        tip: Option<ChangeIndex>,
        /// Where the ops came to lie, and which counters their editors took them to have, if
        /// editors wrote them.
        moved: Option<(Id, Range<u32>)>,
        /// The id that the editors took the first op to have.
        begin: Option<Id>,
        /// What the ops found.
        priors: Vec<(Id, Prior)>,
    },
    /// What has come from elsewhere, which the state is to take in.
    Arrived,
}

/// Edits a state.
type Edit<'e, S, R> = &'e mut dyn FnMut(&mut S, Scope<'_>) -> R;

impl<T: CrdtNode, R: fmt::Debug> fmt::Debug for Prepared<'_, T, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Prepared").field("result", &self.result).finish_non_exhaustive()
    }
}

impl<'d, T: CrdtNode, R> Prepared<'d, T, R> {
    pub(super) fn new(document: &'d mut Document<T>, result: R) -> Self {
        Self { result, open: Open(document) }
    }

    /// Whether there is no new change. What waits may be other bundles all the same, if bytes from
    /// elsewhere were taken in.
    pub fn is_empty(&self) -> bool {
        let Document { history, prepared, .. } = &*self.open.0;
        prepared.as_ref().is_none_or(|work| work.mark.end() == history.end())
    }

    /// The [heads](Document::heads) as they will be.
    pub fn heads(&self) -> Heads {
        self.open.0.heads()
    }

    /// Everything that a replica lacks which has these changes and what they depend on, what is
    /// prepared included and signed, as [`Document::export`] gives it. With the heads that the
    /// document had before it is what is prepared, and nothing else.
    pub fn export(&self, have: &[ChangeHash]) -> Vec<u8> {
        self.open.0.export(have)
    }

    /// Every change from one on, what is prepared included and signed, as
    /// [`Document::export_since`] gives it.
    pub fn export_since(&self, first: usize) -> Vec<u8> {
        self.open.0.export_since(first)
    }

    /// How many changes the document will have.
    pub fn changes(&self) -> usize {
        self.open.0.history.len()
    }

    /// The name of the type that the document was created as, if that will be known.
    pub fn type_name(&self) -> Option<&str> {
        self.open.0.history.genesis().map(Genesis::type_name)
    }

    pub(super) fn document(&self) -> &Document<T> {
        self.open.0
    }

    /// What the closure has given, or what became of the bytes.
    pub fn result(&self) -> &R {
        &self.result
    }

    /// How many bundles will wait, and the bytes of memory they take.
    pub fn pending(&self) -> (usize, usize) {
        self.open.0.history.pending()
    }

    /// The bundles that will wait, as [`History::waiting`](crate::History::waiting) gives them.
    pub fn waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.open.0.history.waiting()
    }

    /// Those of them that did not wait before, as
    /// [`PreparedBytes::began_waiting`](crate::PreparedBytes::began_waiting) gives them.
    pub fn began_waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.open.0.history.pending_bundles().began()
    }

    /// The bundles that waited before and will not any more, as
    /// [`PreparedBytes::stopped_waiting`](crate::PreparedBytes::stopped_waiting) gives them.
    pub fn stopped_waiting(&self) -> impl Iterator<Item = &[u8]> {
        self.open.0.history.pending_bundles().stopped()
    }

    /// Makes the change, or takes in what came, and gives the [result](Self::result).
    pub fn accept(self) -> R {
        self.open.0.accept();
        self.result
    }
}

impl<T: CrdtNode> Document<T> {
    /// Writes a change as [`change_with`](Self::change_with) does, which is made if it is accepted.
    /// Until then it can be made durable, and nobody sees it:
    ///
    /// ```
    /// use std::fs::File;
    /// use std::io::{self, Write};
    ///
    /// use crdt_core::{ChangeOptions, Document, EditError, Editor, Text};
    ///
    /// /// Makes a change once it is on the disk, or says why it is not made.
    /// fn change<R>(
    ///     file: &mut File,
    ///     text: &mut Document<Text>,
    ///     edit: impl FnOnce(&mut Editor<'_, Text>) -> Result<R, EditError>,
    /// ) -> Result<R, io::Error> {
    ///     let had = text.heads();
    ///     let prepared = text.prepare(&ChangeOptions::new(), edit).map_err(io::Error::other)?;
    ///     file.write_all(&prepared.export(&had))?;
    ///     file.sync_data()?;
    ///     Ok(prepared.accept())
    /// }
    /// # use crdt_core::{Journal, Keypair};
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let path = std::env::temp_dir().join(format!("prepared-{}", std::process::id()));
    /// # let key = Keypair::from_secret_bytes(&[1; 32]);
    /// # let mut text = Document::<Text>::create(key.clone())?;
    /// # let mut file = File::create(&path)?;
    /// # file.write_all(&text.save())?;
    /// # change(&mut file, &mut text, |text| text.push_str("kept"))?;
    /// # let bytes = std::fs::read(&path)?;
    /// # let mut journal = Journal::new(&bytes);
    /// # let mut read = Document::<Text>::load(journal.saved().ok_or("torn")?, key)?;
    /// # for bundle in &mut journal {
    /// #     read.apply(bundle)?;
    /// # }
    /// # assert_eq!(read.read(), "kept");
    /// # let mut full = File::open(&path)?;
    /// # change(&mut full, &mut text, |text| text.push_str(" and more")).unwrap_err();
    /// # assert_eq!(text.read(), "kept");
    /// # std::fs::remove_file(&path)?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// A closure that edits nothing prepares nothing; accepting that does nothing.
    ///
    /// # Errors
    /// As [`change_with`](Self::change_with).
    pub fn prepare<R>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, EditError>,
    ) -> Result<Prepared<'_, T, R>, EditError> {
        self.try_prepare(options, edit)
    }

    /// Like [`prepare`](Self::prepare), with an error type of yours.
    ///
    /// # Errors
    /// As [`change_with`](Self::change_with).
    pub fn try_prepare<R, E: From<EditError>>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, E>,
    ) -> Result<Prepared<'_, T, R>, E> {
        let mut edit = Some(edit);
        let mut result = Err(EditError::ReadOnly.into());
        self.attempt(options, &mut |state, scope| {
            if let Some(edit) = edit.take() {
                result = edit(&mut T::edit(state, scope));
            }
            Ok(result.is_ok())
        })?;
        Ok(Prepared::new(self, result?))
    }

    /// [Prepares](Self::prepare) the difference to a changed plain value, as
    /// [`try_update_with`](Self::try_update_with) makes it a change.
    ///
    /// # Errors
    /// As [`try_update_with`](Self::try_update_with).
    pub fn try_prepare_update<R, E: From<EditError>>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<Prepared<'_, T, R>, E>
    where
        T: CrdtNode<Value = T>,
    {
        self.known(options)?;
        let mut value = self.value();
        let result = edit(&mut value)?;
        let mut value = Some(value);
        self.attempt(options, &mut |state, scope| match value.take() {
            Some(value) => T::write(state, scope, value, Writing::Difference).map(|()| true),
            None => Ok(false),
        })?;
        Ok(Prepared::new(self, result))
    }

    /// Takes in bytes as [`apply`](Self::apply) does, if what comes of it is accepted.
    ///
    /// # Errors
    /// As [`apply`](Self::apply).
    pub fn prepare_apply(&mut self, bytes: &[u8]) -> Result<Prepared<'_, T, Outcome>, ApplyError> {
        self.settle();
        let opened_as = self.opened_as();
        let keypair = self.writer.as_ref().map(|writer| &writer.keypair);
        let (outcome, mark) = self.history.take_in(bytes, opened_as, keypair)?;
        self.prepared = Some(Work { mark, made: Made::Arrived, turn: Turn::Elsewhere });
        Ok(Prepared::new(self, outcome))
    }

    /// Prepares a change of what is written in the scope, unless that says to take it back, which
    /// is called once at most. It is not generic, so that a change costs little code.
    pub(super) fn attempt(
        &mut self,
        options: &ChangeOptions,
        edit: Edit<'_, T::State, Result<bool, EditError>>,
    ) -> Result<(), EditError> {
        let after = self.known(options)?;
        let (result, log) = self.edit(edit);
        match result {
            Ok(true) => self.write_change(log, after, options),
            stopped => {
                self.take_back(log);
                stopped.map(drop)
            }
        }
    }

    /// What a change is to depend on beside the heads, if one can be made.
    pub(super) fn known(&mut self, options: &ChangeOptions) -> Result<Vec<ChangeIndex>, EditError> {
        self.settle();
        if self.writer.is_none() {
            return Err(EditError::ReadOnly);
        }
        options.known(&self.history)
    }

    /// Runs the closure on the state and gives what it wrote.
    fn edit<R>(&mut self, edit: Edit<'_, T::State, R>) -> (R, Box<Log>) {
        let (prev, space, stamp) = match &mut self.writer {
            Some(Writer { tip, space, stamps, .. }) => (*tip, core::mem::take(space), stamps.now()),
            None => (None, Space::default(), Stamp::fresh()),
        };
        let mut document = Rebuilt { document: self, panics: true };
        let Self { history, state, keeps_all, effects, undo, .. } = &mut *document.document;
        let undoable = undo.is_kept();
        let mode = Mode { keeps_all: *keeps_all, watched: effects.is_watched(), undoable };
        let transaction = Transaction::new(history.chains(), prev, space, stamp, mode);
        let result = edit(state, transaction.root());
        let log = transaction.finish();
        document.panics = false;
        (result, log)
    }

    /// Prepares a change of what has been written. On an error all is as it was before.
    fn write_change(
        &mut self,
        log: Box<Log>,
        after: Vec<ChangeIndex>,
        options: &ChangeOptions,
    ) -> Result<(), EditError> {
        if log.is_empty() && after.is_empty() {
            self.keep_space(log);
            return Ok(());
        }
        if let Some(fault) = log.fault().cloned() {
            self.take_back(log);
            return Err(fault);
        }
        let mark = self.history.mark();
        match self.commit(log, after, options) {
            Ok(made) => {
                let turn = Turn::Made { joins: options.joins() };
                self.prepared = Some(Work { mark, made, turn });
                Ok(())
            }
            Err(error) => {
                self.history.roll_back(mark);
                Err(error)
            }
        }
    }

    /// Appends a change to the history, or several. On an error the state is as it was before.
    fn commit(
        &mut self,
        mut log: Box<Log>,
        after: Vec<ChangeIndex>,
        options: &ChangeOptions,
    ) -> Result<Made, EditError> {
        let Some(writer) = &self.writer else { return Err(EditError::ReadOnly) };
        let (start, written) = log.lend();
        let mut draft = Draft::blank(writer.keypair.author(), writer.tip, start);
        (draft.after, draft.tags, draft.written) = (after, options.tags(), written);
        let committed = self.history.commit(&mut draft);
        log.take_in(core::mem::take(&mut draft.written));
        let made = match committed {
            Ok(()) => Ok(Made::Change { log, tip: draft.prev }),
            Err(Unwritten::TooLarge(_)) => self.commit_in_steps(&mut draft, log),
            Err(error) => {
                self.take_back(log);
                Err(error)
            }
        };
        made.map_err(unwritten)
    }

    /// Appends a draft to the history, in steps if it exceeds a limit of one change.
    pub(super) fn append(&mut self, draft: &mut Draft) -> Result<(), Unwritten> {
        match (self.history.commit(draft), &self.writer) {
            (Err(Unwritten::TooLarge(_)), Some(writer)) => {
                self.history.commit_in_steps(draft, &writer.keypair).map(drop)
            }
            (appended, _) => appended,
        }
    }

    /// Appends several changes. The edits are taken back, since the ops come later than the editors
    /// took them to be.
    fn commit_in_steps(&mut self, draft: &mut Draft, mut log: Box<Log>) -> Result<Made, Unwritten> {
        log.roll_back(&mut self.state, self.history.chains());
        let (begin, priors) = (log.begin(), log.priors());
        draft.written = log.lend().1;
        self.keep_space(log);
        let taken = draft.assumed();
        let Some(writer) = &mut self.writer else { return Ok(Made::Arrived) };
        let committed = self.history.commit_in_steps(draft, &writer.keypair);
        if committed.is_err() {
            self.end_stamp(begin);
        }
        committed.map(|to| {
            let priors = shifted(priors, Id { counter: taken.start, ..to }, draft.shift);
            Made::Changes { tip: draft.prev, moved: Some((to, taken)), begin, priors }
        })
    }

    /// Takes edits back that come to nothing. Costs what was written.
    fn take_back(&mut self, mut log: Box<Log>) {
        log.roll_back(&mut self.state, self.history.chains());
        self.end_stamp(log.begin());
        self.keep_space(log);
    }

    /// What editors have handed out is not made, if their first op was to have an id.
    fn end_stamp(&mut self, begin: Option<Id>) {
        if let (Some(writer), Some(begin)) = (&mut self.writer, begin) {
            writer.stamps.end(begin);
        }
    }

    /// Keeps the space of a log for the next change.
    fn keep_space(&mut self, log: Box<Log>) {
        if let Some(writer) = &mut self.writer {
            writer.space = log.emptied();
        }
    }

    /// Accepts what was prepared and then neither accepted nor aborted.
    pub(super) fn settle(&mut self) {
        if self.prepared.is_some() {
            self.accept();
        }
    }

    /// Accepts what is prepared, if anything is.
    fn accept(&mut self) {
        let Some(Work { mark, made, turn }) = self.prepared.take() else { return };
        self.history.forget_mark();
        let mut found = Vec::new();
        match made {
            Made::Change { mut log, tip } => {
                found = log.priors();
                log.hand_on(&mut self.effects);
                if let Some(writer) = &mut self.writer {
                    (writer.tip, writer.space) = (tip, log.emptied());
                }
            }
            Made::Changes { tip, moved, priors, .. } => {
                found = priors;
                if let Some(writer) = &mut self.writer {
                    writer.tip = tip;
                    writer.moved.extend(moved);
                }
                self.replay(mark.end());
            }
            Made::Arrived => {
                self.replay(mark.end());
                self.follow_own_chain();
            }
        }
        self.undo.turn(turn, mark.end()..self.history.end(), found);
        self.begin_stretch();
    }

    /// Goes back to before what is prepared, if anything is. Costs that.
    fn abort(&mut self) {
        let Some(Work { mark, made, .. }) = self.prepared.take() else { return };
        self.history.roll_back(mark);
        match made {
            Made::Change { log, .. } => self.take_back(log),
            Made::Changes { begin, .. } => self.end_stamp(begin),
            Made::Arrived => {}
        }
    }
}

/// No `From`: what converts to an [`EditError`] is listed where somebody's `?` does not fit.
pub(super) fn unwritten(error: Unwritten) -> EditError {
    match error {
        Unwritten::TooLarge(what) => EditError::ChangeTooLarge(what),
        Unwritten::Inconsistent(what) => EditError::Inconsistent(what),
    }
}

/// Builds the state anew if the closure panics: what it was doing then is not known.
struct Rebuilt<'a, T: CrdtNode> {
    document: &'a mut Document<T>,
    panics: bool,
}

impl<T: CrdtNode> Drop for Rebuilt<'_, T> {
    fn drop(&mut self) {
        if self.panics {
            if let Some(writer) = &mut self.document.writer {
                writer.stamps.end(self.document.history.chains().next_id(writer.tip));
            }
            self.document.rebuild();
        }
    }
}
