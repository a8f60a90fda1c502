//! What is tried with optional nodes as with an `Option`.

use crate::node::{CrdtNode, OptionEditor, OptionView};

/// An `Option` of an editor.
#[diagnostic::on_unimplemented(
    message = "the editor of an optional node is not an `Option`",
    label = "this is an editor",
    note = "to edit the node if it is there: `.get_mut()?`, which gives `Some(editor)` or `None`; to read it: `.get()`",
    note = "to have it there first: `.get_or_insert_default()?`, or `.set(Some(value))?`",
    note = "to take it out: `.remove()?`, which gives the value it had"
)]
pub trait OptionOfEditor {}

/// An `Option` of a view.
#[diagnostic::on_unimplemented(
    message = "the view of an optional node is not an `Option`",
    label = "write `.get()` first",
    note = "`.get()` gives `Some(view)` or `None`, `.value()` the plain `Option`"
)]
pub trait OptionOfView {}

impl<T: CrdtNode> OptionEditor<'_, T> {
    #[doc(hidden)]
    pub fn as_mut(&mut self) -> Option<T::Editor<'_>>
    where
        Self: OptionOfEditor,
    {
        None
    }

    #[doc(hidden)]
    pub fn take(&mut self) -> Option<T::Value>
    where
        Self: OptionOfEditor,
    {
        None
    }

    #[doc(hidden)]
    pub fn insert<U>(&mut self, _: U) -> T::Editor<'_>
    where
        Self: OptionOfEditor,
    {
        unreachable!("nothing is an `OptionOfEditor`")
    }

    #[doc(hidden)]
    pub fn get_or_insert_with<U>(&mut self, _: impl FnOnce() -> U) -> T::Editor<'_>
    where
        Self: OptionOfEditor,
    {
        unreachable!("nothing is an `OptionOfEditor`")
    }

    #[doc(hidden)]
    pub fn unwrap(&mut self) -> T::Editor<'_>
    where
        Self: OptionOfEditor,
    {
        unreachable!("nothing is an `OptionOfEditor`")
    }
}

impl<'a, T: CrdtNode> OptionView<'a, T> {
    #[doc(hidden)]
    pub fn unwrap(self) -> T::View<'a>
    where
        Self: OptionOfView,
    {
        unreachable!("nothing is an `OptionOfView`")
    }

    #[doc(hidden)]
    pub fn expect(self, _: &str) -> T::View<'a>
    where
        Self: OptionOfView,
    {
        unreachable!("nothing is an `OptionOfView`")
    }

    #[doc(hidden)]
    pub fn map<U>(self, _: impl FnOnce(T::View<'a>) -> U) -> Option<U>
    where
        Self: OptionOfView,
    {
        None
    }

    #[doc(hidden)]
    pub fn is_some_and(self, _: impl FnOnce(T::View<'a>) -> bool) -> bool
    where
        Self: OptionOfView,
    {
        false
    }

    #[doc(hidden)]
    pub fn as_ref(&self) -> Option<T::View<'a>>
    where
        Self: OptionOfView,
    {
        None
    }
}
