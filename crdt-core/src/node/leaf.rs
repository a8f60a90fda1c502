use core::any::TypeId;
use core::marker::PhantomData;

use serde::{Serialize, de::DeserializeOwned};

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

/// The node of a type that is a leaf, and what it is before it is set.
macro_rules! leaf_node {
    ([$($generics:tt)*] $node:ty, $initial:ty) => {
        $crate::node::leaf::leaf_node!([$($generics)*] $node, $node, $initial);
    };
    ([$($generics:tt)*] $node:ty, $value:ty, $initial:ty) => {
        // Too many to list where another type is missing.
        #[diagnostic::do_not_recommend]
        impl<$($generics)*> $crate::node::CrdtNode for $node {
            type Value = $value;
            type State = $crate::node::RegisterState<$value, $initial>;
            type View<'a> = $crate::node::RegisterView<'a, $value, $initial>;
            type Editor<'a> = $crate::node::RegisterEditor<'a, $value, $initial>;
            type Kind = $crate::node::Leaf;

            fn describe(schema: &mut $crate::schema::SchemaBuilder) -> $crate::schema::Node {
                $crate::node::register::describe_register::<$value, $initial>(schema)
            }

            fn view<'a>(state: &'a Self::State, chains: &'a $crate::node::Chains) -> Self::View<'a> {
                $crate::node::RegisterView::new(state, chains)
            }

            fn edit<'a>(state: &'a mut Self::State, scope: $crate::node::Scope<'a>) -> Self::Editor<'a> {
                $crate::node::RegisterEditor::new(state, scope)
            }

            fn value(state: &Self::State, chains: &$crate::node::Chains) -> $value {
                state.get(chains).clone()
            }

            fn assign(
                state: &mut Self::State,
                scope: $crate::node::Scope<'_>,
                value: $value,
            ) -> Result<(), $crate::node::EditError> {
                $crate::node::register::assign_register(state, scope, &value)
            }

            fn seed(value: &$value) -> Result<Option<Vec<u8>>, $crate::node::EditError> {
                $crate::node::register::seed_register::<$value, $initial>(value)
            }

            fn grow(_: &mut Self::State, _: $crate::node::Scope<'_>, _: $value) -> Result<(), $crate::node::EditError> {
                Ok(())
            }

            fn reconcile(
                state: &mut Self::State,
                scope: $crate::node::Scope<'_>,
                value: $value,
            ) -> Result<(), $crate::node::EditError> {
                $crate::node::register::reconcile_register(state, scope, &value)
            }

            fn fingerprint(value: &$value, print: &mut $crate::node::Fingerprint) {
                print.leaf(value);
            }
        }
    };
}
pub(super) use leaf_node;

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

        leaf_node!([] $type, StandardDefault);
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

leaf_node!([T: LeafValue + Clone, D: Initial<T> + Send + Sync] LeafField<T, D>, T, D);
