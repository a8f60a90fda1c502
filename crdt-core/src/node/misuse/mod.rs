//! What is tried with editors and views, as one would with the plain value, and is not there: the
//! compiler's message says what to write instead.
//!
//! Each trait is implemented by nothing. It stands in the bounds of a method or operator that is
//! there for the message alone.

mod assigned;
mod list;
mod option;
mod text;

pub use assigned::Assigned;
pub use list::{HasTwoEnds, KeptAsSlice, MovesElements};
pub use option::{OptionOfEditor, OptionOfView};
pub use text::KeptAsStr;

use core::ops::{AddAssign, Index, IndexMut};
use std::vec::IntoIter;

use super::{
    CounterView, CrdtNode, EditError, ListEditor, ListView, MapEditor, MapKey, MapView,
    RegisterEditor, RegisterView,
};

/// Characters that merge one by one.
#[diagnostic::on_unimplemented(
    message = "a register is written as a whole, not character by character",
    label = "this is a register",
    note = "to have concurrent insertions merge, put `#[crdt(text)]` on the field",
    note = "to write the longer string over it: `.modify(|text| text.push_str(..))`"
)]
pub trait MarkedCrdtText {}

/// Elements that merge one by one.
#[diagnostic::on_unimplemented(
    message = "a register is written as a whole, not element by element",
    label = "this is a register",
    note = "to have concurrent insertions merge, write `Vec<Register<T>>` without `#[crdt(register)]`",
    note = "to write the longer list over it: `.modify(|list| list.push(..))`"
)]
pub trait MergesElements {}

/// A number to which concurrent additions add up.
#[diagnostic::on_unimplemented(
    message = "a register is written as a whole, and nothing is added to it",
    label = "this is a register",
    note = "to have concurrent additions add up, put `#[crdt(counter)]` on the field",
    note = "to write the sum over it: `.modify(|number| *number += 1)`"
)]
pub trait MarkedCrdtCounter {}

/// Editors of all that is in a list or map, at the same time.
#[diagnostic::on_unimplemented(
    message = "the editors of a list or map are lent one by one",
    label = "write `.for_each(|mut item| ..)?`",
    note = "`.for_each(..)` gives the closure an editor of each element; of a map's entries the key and an editor",
    note = "`.iter()` reads them"
)]
pub trait EditedAtOnce {}

/// What can be written without a change.
#[diagnostic::on_unimplemented(
    message = "a view only reads",
    label = "write inside a change: `document.change(|root| ..)`",
    note = "the closure is given an editor, with the same fields as the view"
)]
pub trait WrittenWithoutChange {}

macro_rules! only_read {
    ($([$($generics:tt)*] $type:ty: $($method:ident)*;)*) => {$(
        impl<$($generics)*> $type {$(
            #[doc(hidden)]
            pub fn $method<U>(&self, _: U) -> Result<(), EditError>
            where
                Self: WrittenWithoutChange,
            {
                Ok(())
            }
        )*}
    )*};
}

only_read! {
    [T, D] RegisterView<'_, T, D>: set;
    [T] CounterView<'_, T>: set add;
    [T: CrdtNode] ListView<'_, T>: push remove;
    [K: MapKey, V: CrdtNode] MapView<'_, K, V>: remove entry;
}

/// What an editor's or a view's operator `[]` takes.
#[diagnostic::on_unimplemented(
    message = "`[]` does not reach into a list or map of a document",
    label = "write `.at(..)?` to edit what is there, `.get(..)` to read it",
    note = "`.at(..)?` gives an editor; `.get(..)` gives a view, or `None`"
)]
pub trait Subscript {
    /// What would be there.
    type There: ?Sized;
}

impl<T, D> RegisterEditor<'_, T, D> {
    #[doc(hidden)]
    pub fn push_str(&mut self, _: impl AsRef<str>) -> Result<(), EditError>
    where
        Self: MarkedCrdtText,
    {
        Ok(())
    }

    #[doc(hidden)]
    pub fn push<U>(&mut self, _: U) -> Result<(), EditError>
    where
        Self: MergesElements,
    {
        Ok(())
    }

    #[doc(hidden)]
    pub fn add<U>(&mut self, _: U) -> Result<(), EditError>
    where
        Self: MarkedCrdtCounter,
    {
        Ok(())
    }
}

impl<T, D, U> AddAssign<U> for RegisterEditor<'_, T, D>
where
    Self: MarkedCrdtCounter,
{
    fn add_assign(&mut self, _: U) {}
}

impl<T: CrdtNode> ListEditor<'_, T> {
    #[doc(hidden)]
    #[expect(clippy::iter_without_into_iter, reason = "it is there to say why it is not")]
    pub fn iter_mut(&mut self) -> IntoIter<T::Editor<'_>>
    where
        Self: EditedAtOnce,
    {
        Vec::new().into_iter()
    }
}

impl<K: MapKey, V: CrdtNode> MapEditor<'_, K, V> {
    #[doc(hidden)]
    #[expect(clippy::iter_without_into_iter, reason = "it is there to say why it is not")]
    pub fn iter_mut(&mut self) -> IntoIter<(&K, V::Editor<'_>)>
    where
        Self: EditedAtOnce,
    {
        Vec::new().into_iter()
    }

    #[doc(hidden)]
    pub fn values_mut(&mut self) -> IntoIter<V::Editor<'_>>
    where
        Self: EditedAtOnce,
    {
        Vec::new().into_iter()
    }
}

macro_rules! no_subscripts {
    ($([$($generics:tt)*] $type:ty;)*) => {$(
        impl<$($generics)*, I: Subscript> Index<I> for $type {
            type Output = I::There;

            fn index(&self, _: I) -> &I::There {
                unreachable!("no type is a `Subscript`")
            }
        }
    )*};
}

no_subscripts! {
    [T: CrdtNode] ListView<'_, T>;
    [T: CrdtNode] ListEditor<'_, T>;
    [K: MapKey, V: CrdtNode] MapView<'_, K, V>;
    [K: MapKey, V: CrdtNode] MapEditor<'_, K, V>;
}

impl<T: CrdtNode, I: Subscript> IndexMut<I> for ListEditor<'_, T> {
    fn index_mut(&mut self, _: I) -> &mut I::There {
        unreachable!("no type is a `Subscript`")
    }
}

impl<K: MapKey, V: CrdtNode, I: Subscript> IndexMut<I> for MapEditor<'_, K, V> {
    fn index_mut(&mut self, _: I) -> &mut I::There {
        unreachable!("no type is a `Subscript`")
    }
}
