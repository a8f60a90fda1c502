//! What is tried with lists as with a `Vec` or `VecDeque`.

use crate::node::{CrdtNode, EditError, ListEditor, ListView};

/// Elements that keep what they are while they move.
#[diagnostic::on_unimplemented(
    message = "the elements of a list do not move",
    label = "nothing moves an element of a list yet",
    note = "`.remove(from)?` and `.insert(to, value)?` make a new element, without what others edit in the old one meanwhile",
    note = "to show a list in another order, sort what `.iter()` gives; to let users order it, keep a number to sort by in each element"
)]
pub trait MovesElements {}

/// A list with two ends of the same kind.
#[diagnostic::on_unimplemented(
    message = "the editor of a list has the verbs of a `Vec`",
    label = "write `.push(..)` or `.pop()` for the end, `.insert(0, ..)` or `.remove(0)` for the start"
)]
pub trait HasTwoEnds {}

/// Strings beside each other.
#[diagnostic::on_unimplemented(
    message = "the elements of a list are not kept beside each other",
    label = "write `.value()` first, which gives a `Vec`"
)]
pub trait KeptAsSlice {}

impl<T: CrdtNode> ListEditor<'_, T> {
    #[doc(hidden)]
    pub fn sort(&mut self)
    where
        Self: MovesElements,
    {
    }

    #[doc(hidden)]
    pub fn sort_by<F>(&mut self, _: F)
    where
        Self: MovesElements,
    {
    }

    #[doc(hidden)]
    pub fn sort_by_key<F>(&mut self, _: F)
    where
        Self: MovesElements,
    {
    }

    #[doc(hidden)]
    pub fn swap(&mut self, _: usize, _: usize)
    where
        Self: MovesElements,
    {
    }

    #[doc(hidden)]
    pub fn reverse(&mut self)
    where
        Self: MovesElements,
    {
    }

    #[doc(hidden)]
    pub fn push_back<U>(&mut self, _: U) -> Result<(), EditError>
    where
        Self: HasTwoEnds,
    {
        Ok(())
    }

    #[doc(hidden)]
    pub fn push_front<U>(&mut self, _: U) -> Result<(), EditError>
    where
        Self: HasTwoEnds,
    {
        Ok(())
    }

    #[doc(hidden)]
    pub fn pop_back(&mut self) -> Result<Option<T::Value>, EditError>
    where
        Self: HasTwoEnds,
    {
        Ok(None)
    }

    #[doc(hidden)]
    pub fn pop_front(&mut self) -> Result<Option<T::Value>, EditError>
    where
        Self: HasTwoEnds,
    {
        Ok(None)
    }
}

impl<T: CrdtNode> ListView<'_, T> {
    #[doc(hidden)]
    pub fn join<U>(&self, _: U) -> String
    where
        Self: KeptAsSlice,
    {
        String::new()
    }
}
