//! Making changes: each is prepared and accepted at once.

use super::misuse::Given;
use super::{ChangeOptions, Document, Prepared};
use crate::node::{CrdtNode, EditError, ElementId, NewElement};
use crate::op::Id;

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
        self.try_prepare(options, edit).map(Prepared::accept)
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
        self.try_prepare_update(options, edit).map(Prepared::accept)
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
}
