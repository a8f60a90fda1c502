use super::misuse::Given;
use super::{ChangeOptions, Document, Writer};
use crate::history::{ChangeIndex, Draft, Unwritten};
use crate::node::{
    CrdtNode, EditError, ElementId, Log, Mode, NewElement, Scope, Space, Stamp, Transaction,
    Writing,
};
use crate::op::Id;

/// Edits a state.
type Edit<'e, S, R> = &'e mut dyn FnMut(&mut S, Scope<'_>) -> R;

impl<T: CrdtNode> Document<T> {
    /// Makes one atomic change: all edits in the closure, or none if it returns an error.
    ///
    /// A closure that edits nothing makes no change. After an error what had been edited is taken
    /// back, which costs what it took to edit. What exceeds a limit of one change is written as
    /// several, which are one change to the caller: all of them are made, or none.
    ///
    /// # Errors
    /// The closure's own, [`EditError::ReadOnly`], or what prevents the change from being written.
    pub fn change<R>(
        &mut self,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        self.change_with(&ChangeOptions::default(), edit)
    }

    /// Like [`change`](Self::change), with an error type of yours, also a `Box<dyn Error>`. Where
    /// the compiler cannot tell which, the closure says it:
    ///
    /// ```
    /// # use crdt_core::{CrdtNode, Document, Keypair};
    /// # #[derive(CrdtNode)]
    /// # struct Page { size: u32 }
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// # let mut page = Document::<Page>::create(Keypair::generate()?)?;
    /// page.try_change(|page| -> Result<_, Box<dyn std::error::Error>> {
    ///     page.size.set("12".parse::<u32>()?)?;
    ///     Ok(())
    /// })?;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    /// As [`change`](Self::change).
    pub fn try_change<R, E: From<EditError>>(
        &mut self,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        self.try_change_with(&ChangeOptions::default(), edit)
    }

    /// Like [`change`](Self::change), with a message, a claimed time or further dependencies.
    ///
    /// # Errors
    /// As [`change`](Self::change); [`EditError::UnknownDependency`] if a dependency is not known
    /// here.
    pub fn change_with<R>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, EditError>,
    ) -> Result<R, EditError> {
        self.try_change_with(options, edit)
    }

    /// Like [`change_with`](Self::change_with), with an error type of yours.
    ///
    /// # Errors
    /// As [`change_with`](Self::change_with).
    pub fn try_change_with<R, E: From<EditError>>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T::Editor<'_>) -> Result<R, E>,
    ) -> Result<R, E> {
        let mut edit = Some(edit);
        let mut result = Err(EditError::ReadOnly.into());
        self.attempt(options, &mut |state, scope| {
            if let Some(edit) = edit.take() {
                result = edit(&mut T::edit(state, scope));
            }
            Ok(result.is_ok())
        })?;
        result
    }

    /// Changes the plain value: the difference to what it was becomes one atomic change, with as
    /// few edits as that takes.
    ///
    /// Registers are set if they differ, counters get what is added, texts are compared character
    /// by character. List elements that stay, map entries that are in both, and variants that
    /// remain selected are edited where they are. Fields that this type does not know, or skips,
    /// are left alone. If nothing differs, no change is made.
    ///
    /// The value is read anew for every update, so nothing is overwritten that the closure has not
    /// seen. Time and memory are linear in the document's value, once for every list in which the
    /// difference lies; what is edited through [`change`](Self::change) costs only what is edited.
    ///
    /// ```
    /// use crdt_core::{Document, Keypair};
    ///
    /// # fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let mut words = Document::<Vec<String>>::create(Keypair::generate()?)?;
    /// words.update(|words| words.extend(["one".into(), "three".into()]))?;
    /// words.update(|words| words.insert(1, "two".into()))?;
    /// assert_eq!(words.value(), ["one", "two", "three"]);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// Gives what the closure returns, which cannot be a `Result`: what a closure had edited before
    /// it failed would be kept. One that can fail belongs in [`try_update`](Self::try_update).
    ///
    /// # Errors
    /// [`EditError::ReadOnly`], or what prevents the change from being written. Then nothing is
    /// changed.
    pub fn update<R, By>(&mut self, edit: impl FnOnce(&mut T) -> R) -> Result<R, EditError>
    where
        T: CrdtNode<Value = T>,
        R: Given<By>,
    {
        self.update_with(&ChangeOptions::default(), edit)
    }

    /// Like [`update`](Self::update), with a closure that can fail, and an error type of yours. If
    /// it fails nothing is changed.
    ///
    /// # Errors
    /// The closure's own, and as [`update`](Self::update).
    pub fn try_update<R, E: From<EditError>>(
        &mut self,
        edit: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E>
    where
        T: CrdtNode<Value = T>,
    {
        self.try_update_with(&ChangeOptions::default(), edit)
    }

    /// Like [`update`](Self::update), with a message, a claimed time or further dependencies.
    ///
    /// # Errors
    /// As [`update`](Self::update); [`EditError::UnknownDependency`] if a dependency is not known
    /// here.
    pub fn update_with<R, By>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T) -> R,
    ) -> Result<R, EditError>
    where
        T: CrdtNode<Value = T>,
        R: Given<By>,
    {
        self.try_update_with(options, |value| Ok(edit(value)))
    }

    /// Like [`update_with`](Self::update_with), with a closure that can fail, and an error type of
    /// yours.
    ///
    /// # Errors
    /// As [`try_update`](Self::try_update) and [`update_with`](Self::update_with).
    pub fn try_update_with<R, E: From<EditError>>(
        &mut self,
        options: &ChangeOptions,
        edit: impl FnOnce(&mut T) -> Result<R, E>,
    ) -> Result<R, E>
    where
        T: CrdtNode<Value = T>,
    {
        self.known(options)?;
        let mut value = self.value();
        let result = edit(&mut value)?;
        self.write_difference(options, value)?;
        Ok(result)
    }

    fn write_difference(&mut self, options: &ChangeOptions, value: T) -> Result<(), EditError>
    where
        T: CrdtNode<Value = T>,
    {
        let mut value = Some(value);
        self.attempt(options, &mut |state, scope| match value.take() {
            Some(value) => T::write(state, scope, value, Writing::Difference).map(|()| true),
            None => Ok(false),
        })
    }

    /// Makes a change of what is written in the scope, unless that says to take it back, which is
    /// called once at most. It is not generic, so that a change costs little code.
    fn attempt(
        &mut self,
        options: &ChangeOptions,
        edit: Edit<'_, T::State, Result<bool, EditError>>,
    ) -> Result<(), EditError> {
        let after = self.known(options)?;
        let (result, mut log) = self.edit(edit);
        let made = match result {
            Ok(true) => self.commit(&mut log, after, options).map(|()| true),
            stopped => {
                self.take_back(&mut log);
                stopped
            }
        };
        if let Some(writer) = &mut self.writer {
            if let (Ok(false) | Err(_), Some(begin)) = (&made, log.begin()) {
                writer.stamps.end(begin);
            }
            writer.space = log.emptied();
        }
        made.map(|_| ())
    }

    fn known(&self, options: &ChangeOptions) -> Result<Vec<ChangeIndex>, EditError> {
        if self.writer.is_none() {
            return Err(EditError::ReadOnly);
        }
        options.known(&self.history)
    }

    /// Runs the closure on the state and gives what it wrote.
    fn edit<R>(&mut self, edit: Edit<'_, T::State, R>) -> (R, Log) {
        let (prev, space, stamp) = match &mut self.writer {
            Some(Writer { tip, space, stamps, .. }) => (*tip, core::mem::take(space), stamps.now()),
            None => (None, Space::default(), Stamp::fresh()),
        };
        let mut document = Rebuilt { document: self, panics: true };
        let Self { history, state, keeps_all, effects, .. } = &mut *document.document;
        let mode = Mode { keeps_all: *keeps_all, watched: effects.is_watched() };
        let transaction = Transaction::new(history.chains(), prev, space, stamp, mode);
        let result = edit(state, transaction.root());
        let log = transaction.finish();
        document.panics = false;
        (result, log)
    }

    /// Makes a change of what has been written. On an error the state is as it was before.
    fn commit(
        &mut self,
        log: &mut Log,
        after: Vec<ChangeIndex>,
        options: &ChangeOptions,
    ) -> Result<(), EditError> {
        if log.is_empty() && after.is_empty() {
            return Ok(());
        }
        if let Some(fault) = log.fault().cloned() {
            self.take_back(log);
            return Err(fault);
        }
        let Some(writer) = &self.writer else { return Err(EditError::ReadOnly) };
        let (start, written) = log.lend();
        let mut draft = Draft::blank(writer.keypair.author(), writer.tip, start);
        (draft.after, draft.tags, draft.written) = (after, options.tags(), written);
        let mut committed = self.history.commit(&mut draft);
        log.take_in(core::mem::take(&mut draft.written));
        match committed {
            Ok(()) => log.hand_on(&mut self.effects),
            Err(_) => self.take_back(log),
        }
        if let Err(Unwritten::TooLarge(_)) = committed {
            draft.written = log.lend().1;
            committed = self.commit_in_steps(&mut draft);
        }
        if let (Ok(()), Some(writer)) = (&committed, &mut self.writer) {
            writer.tip = draft.prev;
            self.history.seal_when_full(&writer.keypair);
        }
        committed.map_err(|error| match error {
            Unwritten::TooLarge(what) => EditError::ChangeTooLarge(what),
            Unwritten::Inconsistent(what) => EditError::Inconsistent(what),
        })
    }

    /// Names an element that a change of this replica has inserted, for good; `None` if that change
    /// came to nothing, or was made by another replica or before the document was opened.
    pub fn element_id(&self, element: NewElement) -> Option<ElementId> {
        let writer = self.writer.as_ref().filter(|writer| writer.stamps.have_made(element))?;
        let Id { chain, counter } = element.id;
        let mut moved = writer.moved.iter().rev();
        let counter = moved
            .find(|(to, taken)| to.chain == chain && taken.contains(&counter))
            .map_or(counter, |(to, taken)| to.counter + (counter - taken.start));
        ElementId::new(self.history.chains(), Id { chain, counter })
    }

    /// Makes several changes of a draft, whose edits have been taken back, and takes these in as
    /// what comes from elsewhere is.
    fn commit_in_steps(&mut self, draft: &mut Draft) -> Result<(), Unwritten> {
        let Some(writer) = &mut self.writer else { return Ok(()) };
        let start = self.history.end();
        let moved = self.history.commit_in_steps(draft, &writer.keypair)?;
        writer.moved.push((moved, draft.assumed()));
        self.replay(start);
        Ok(())
    }

    /// Takes edits back. Costs what was written.
    fn take_back(&mut self, log: &mut Log) {
        log.roll_back(&mut self.state, self.history.chains());
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
