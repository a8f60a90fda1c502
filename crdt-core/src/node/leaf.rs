use core::any::TypeId;
use core::marker::PhantomData;
use std::borrow::Cow;

use serde::{Serialize, de::DeserializeOwned};

use super::Leaf;
use super::register::register_node;

/// A type whose values are written and replaced as a whole.
///
/// Implemented for `bool`, integers up to 128 bits, `f32`, `f64`, `char`, `String`,
/// [`Bytes`](super::Bytes), the types of other crates that a feature stands for, and `Option`s of
/// them.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a leaf",
    label = "not a leaf",
    note = "`default = \"...\"` is for leaves (numbers, `bool`, `char`, `String`); add `#[crdt(register)]` to make the field one atomic value"
)]
pub trait LeafValue: Serialize + DeserializeOwned + Send + Sync + 'static {}

/// Says what a register reads as before anything is written.
#[diagnostic::on_unimplemented(
    message = "`{T}` has no default",
    label = "`Default` is not implemented for `{T}`",
    note = "say what the field is before it is set: `#[crdt(default = \"path::to::function\")]`, or put `#[derive(Default)]` on `{T}`"
)]
pub trait Initial<T>: 'static {
    /// The value.
    fn initial() -> T;
}

/// [`Initial`] by `Default`.
#[derive(Debug)]
pub struct StandardDefault;

#[diagnostic::do_not_recommend]
impl<T: Default> Initial<T> for StandardDefault {
    fn initial() -> T {
        T::default()
    }
}

/// What can be given where a register's value is wanted: the value, what is in it if it is an
/// `Option` of a leaf, or for a `String` a `&str`, `&String`, `Box<str>` or `Cow<str>`.
///
/// Numbers are not taken by reference: with one type alone to choose from the compiler infers what
/// `set(text.parse()?)` and `set(number.into())` are to give.
#[diagnostic::on_unimplemented(
    message = "a register of `{T}` cannot be set to `{Self}`",
    label = "not `{T}`",
    note = "what is behind a reference is given by `*` or `.clone()`",
    note = "if the field's type is a newtype, it is stored as what it wraps: `set(id.0)`"
)]
pub trait IntoLeaf<T> {
    /// The value.
    fn into_leaf(self) -> T;
}

impl<T> IntoLeaf<T> for T {
    fn into_leaf(self) -> T {
        self
    }
}

macro_rules! strings {
    ($($string:ty)*) => {$(
        #[diagnostic::do_not_recommend]
        impl IntoLeaf<String> for $string {
            fn into_leaf(self) -> String {
                self.into()
            }
        }

        #[diagnostic::do_not_recommend]
        impl IntoLeaf<Option<String>> for $string {
            fn into_leaf(self) -> Option<String> {
                Some(self.into())
            }
        }
    )*};
}

strings!(&str &String Box<str> Cow<'_, str>);

/// The node of a type that is a leaf, and what it is before it is set.
macro_rules! leaf_node {
    ([$($generics:tt)*] $node:ty, $name:expr, $initial:ty) => {
        $crate::node::register::register_node!(
            // Too many to list where another type is missing.
            #[diagnostic::do_not_recommend]
            [$($generics)*] $node, $crate::node::Leaf, $initial,
            Self => Self, $name, |value| value, |value| value
        );
    };
}
pub(super) use leaf_node;

macro_rules! leaves {
    ($($type:ty)*) => {
        /// The types of leaves and of options of them.
        const LEAVES: &[fn() -> TypeId] = &[$(TypeId::of::<$type>, TypeId::of::<Option<$type>>),*];
    $(
        impl LeafValue for $type {}

        #[diagnostic::do_not_recommend]
        impl IntoLeaf<Option<$type>> for $type {
            fn into_leaf(self) -> Option<$type> {
                Some(self)
            }
        }

        leaf_node!([] $type, stringify!($type), StandardDefault);
    )*};
}

/// Whether a type is a leaf of the standard library, whose values are never extended.
pub(super) fn is_plain_leaf<T: 'static>() -> bool {
    LEAVES.iter().any(|leaf| leaf() == TypeId::of::<T>())
}

leaves!(bool char String f32 f64 i8 i16 i32 i64 i128 u8 u16 u32 u64 u128);

impl<T: LeafValue> LeafValue for Option<T> {}

/// What `#[crdt(default = "...")]` on a field of a leaf type stands for.
#[derive(Debug)]
pub struct LeafField<T, D>(PhantomData<(T, D)>);

register_node!(
    #[diagnostic::do_not_recommend]
    [T: LeafValue + Clone, D: Initial<T> + Send + Sync] LeafField<T, D>, Leaf, D,
    T => T, "", |value| value, |value| value
);
