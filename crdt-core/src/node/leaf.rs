use core::any::TypeId;
use core::marker::PhantomData;

use serde::{Serialize, de::DeserializeOwned};

use super::register::{
    RegisterEditor, RegisterState, RegisterView, assign_register, describe_register,
    reconcile_register, seed_register,
};
use super::{CrdtNode, EditError, Fingerprint, Leaf, Scope};
use crate::history::Chains;
use crate::schema::{self, SchemaBuilder};

/// A type whose values are written and replaced as a whole.
///
/// Implemented for `bool`, integers up to 128 bits, `f32`, `f64`, `char`, `String`, and `Option`s
/// of them.
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
/// `Option` of a leaf, or a `&str` for a `String`.
#[diagnostic::on_unimplemented(
    message = "a register of `{T}` cannot be set to `{Self}`",
    label = "not `{T}`",
    note = "a newtype is stored as what it wraps: set it to that, as in `set(id.0)`"
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

impl IntoLeaf<String> for &str {
    fn into_leaf(self) -> String {
        self.to_owned()
    }
}

impl IntoLeaf<Option<String>> for &str {
    fn into_leaf(self) -> Option<String> {
        Some(self.to_owned())
    }
}

macro_rules! leaves {
    ($($type:ty)*) => {
        /// The types of leaves and of options of them, with their names.
        const LEAVES: &[(fn() -> TypeId, &str)] = &[$(
            (TypeId::of::<$type>, stringify!($type)),
            (TypeId::of::<Option<$type>>, concat!("Option<", stringify!($type), ">")),
        )*];
    $(
        impl LeafValue for $type {}

        #[diagnostic::do_not_recommend]
        impl IntoLeaf<Option<$type>> for $type {
            fn into_leaf(self) -> Option<$type> {
                Some(self)
            }
        }

        // Too many to list where another type is missing.
        #[diagnostic::do_not_recommend]
        impl CrdtNode for $type {
            type Value = Self;
            type State = RegisterState<Self>;
            type View<'a> = RegisterView<'a, Self>;
            type Editor<'a> = RegisterEditor<'a, Self>;
            type Kind = Leaf;

            fn describe(schema: &mut SchemaBuilder) -> schema::Node {
                describe_register::<Self, StandardDefault>(schema)
            }

            fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
                RegisterView::new(state, chains)
            }

            fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
                RegisterEditor::new(state, scope)
            }

            fn value(state: &Self::State, chains: &Chains) -> Self {
                state.get(chains).clone()
            }

            fn assign(state: &mut Self::State, scope: Scope<'_>, value: Self) -> Result<(), EditError> {
                assign_register(state, scope, &value)
            }

            fn seed(value: &Self) -> Result<Option<Vec<u8>>, EditError> {
                seed_register::<Self, StandardDefault>(value)
            }

            fn grow(_: &mut Self::State, _: Scope<'_>, _: Self) -> Result<(), EditError> {
                Ok(())
            }

            fn reconcile(state: &mut Self::State, scope: Scope<'_>, value: Self) -> Result<(), EditError> {
                reconcile_register(state, scope, &value)
            }

            fn fingerprint(value: &Self, print: &mut Fingerprint) {
                print.leaf(value);
            }
        }
    )*};
}

/// The name of a type that is a leaf.
pub(super) fn leaf_name<T: 'static>() -> Option<&'static str> {
    let (_, name) = LEAVES.iter().find(|(leaf, _)| leaf() == TypeId::of::<T>())?;
    Some(name)
}

leaves!(bool char String f32 f64 i8 i16 i32 i64 i128 u8 u16 u32 u64 u128);

impl<T: LeafValue> LeafValue for Option<T> {}

/// What `#[crdt(default = "...")]` on a field of a leaf type stands for.
#[derive(Debug)]
pub struct LeafField<T, D>(PhantomData<(T, D)>);

#[diagnostic::do_not_recommend]
impl<T: LeafValue + Clone, D: Initial<T> + Send + Sync> CrdtNode for LeafField<T, D> {
    type Value = T;
    type State = RegisterState<T, D>;
    type View<'a> = RegisterView<'a, T, D>;
    type Editor<'a> = RegisterEditor<'a, T, D>;
    type Kind = Leaf;

    fn describe(schema: &mut SchemaBuilder) -> schema::Node {
        describe_register::<T, D>(schema)
    }

    fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
        RegisterView::new(state, chains)
    }

    fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
        RegisterEditor::new(state, scope)
    }

    fn value(state: &Self::State, chains: &Chains) -> T {
        state.get(chains).clone()
    }

    fn assign(state: &mut Self::State, scope: Scope<'_>, value: T) -> Result<(), EditError> {
        assign_register(state, scope, &value)
    }

    fn seed(value: &T) -> Result<Option<Vec<u8>>, EditError> {
        seed_register::<T, D>(value)
    }

    fn grow(_: &mut Self::State, _: Scope<'_>, _: T) -> Result<(), EditError> {
        Ok(())
    }

    fn reconcile(state: &mut Self::State, scope: Scope<'_>, value: T) -> Result<(), EditError> {
        reconcile_register(state, scope, &value)
    }

    fn fingerprint(value: &T, print: &mut Fingerprint) {
        print.leaf(value);
    }
}
