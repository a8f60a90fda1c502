//! What is tried with editors and views, as one would with the plain value, and is not there: the
//! compiler's message says what to write instead.
//!
//! Each trait is implemented by nothing. It stands in the bounds of a method or operator that is
//! there for the message alone.

use core::ops::{AddAssign, Index, IndexMut};

use super::{
    CrdtNode, EditError, ListEditor, ListView, MapEditor, MapKey, MapView, RegisterEditor,
};

/// Characters that merge one by one.
#[diagnostic::on_unimplemented(
    message = "a register is written as a whole, not character by character",
    label = "this is a register",
    note = "to have concurrent insertions merge, put `#[crdt(text)]` on the field",
    note = "to write the longer string over it: `.modify(|text| text.push_str(..))`"
)]
pub trait MergesCharacters {}

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
pub trait MergesAdditions {}

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
        Self: MergesCharacters,
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
        Self: MergesAdditions,
    {
        Ok(())
    }
}

impl<T, D, U> AddAssign<U> for RegisterEditor<'_, T, D>
where
    Self: MergesAdditions,
{
    fn add_assign(&mut self, _: U) {}
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
