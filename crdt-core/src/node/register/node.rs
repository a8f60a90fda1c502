//! The nodes that are one register. They differ in what the plain value is, and what is kept of it.

use core::marker::PhantomData;

use super::Register;
use crate::node::{Initial, Nested, RegisterValue, StandardDefault};

/// A node that is one register: of which type the plain values are, of which those that are kept,
/// what the name of the type says, what it is before it is set, and how one becomes the other.
macro_rules! register_node {
    (
        $(#[$attribute:meta])*
        [$($generics:tt)*] $node:ty, $kind:ty, $initial:ty,
        $value:ty => $kept:ty, $name:expr, |$given:ident| $keep:expr, |$read:ident| $give:expr
    ) => {
        $(#[$attribute])*
        impl<$($generics)*> $crate::node::CrdtNode for $node {
            type Value = $value;
            type State = $crate::node::RegisterState<$kept, $initial>;
            type View<'a> = $crate::node::RegisterView<'a, $kept, $initial>;
            type Editor<'a> = $crate::node::RegisterEditor<'a, $kept, $initial>;
            type Delta = $crate::node::RegisterDelta<$kept>;
            type Kind = $kind;
            const NAME: &'static str = $name;

            fn describe(schema: &mut $crate::schema::SchemaBuilder) -> $crate::schema::Node {
                $crate::node::register::describe_register::<$kept, $initial>(schema)
            }

            fn view<'a>(
                state: &'a Self::State,
                chains: &'a $crate::history::Chains,
            ) -> Self::View<'a> {
                $crate::node::RegisterView::new(state, chains)
            }

            fn edit<'a>(
                state: &'a mut Self::State,
                scope: $crate::node::Scope<'a>,
            ) -> Self::Editor<'a> {
                $crate::node::RegisterEditor::new(state, scope)
            }

            fn value_of(view: Self::View<'_>) -> $value {
                let $read = view.value();
                $give
            }

            fn view_of<'a>(editor: &'a Self::Editor<'_>) -> Self::View<'a> {
                editor.view()
            }

            fn write_in(
                editor: &mut Self::Editor<'_>,
                $given: $value,
                how: $crate::node::Writing,
            ) -> Result<(), $crate::node::EditError> {
                editor.write(&$keep, how)
            }

            fn delta(
                before: &Self::State,
                after: &Self::State,
                chains: &$crate::history::Chains,
            ) -> Option<Self::Delta> {
                $crate::node::delta::register_delta(before, after, chains)
            }

            fn apply_delta(
                value: &mut $value,
                delta: &Self::Delta,
            ) -> Result<(), $crate::node::DeltaError> {
                let $read = delta.to.clone();
                *value = $give;
                Ok(())
            }

            fn copy_value($given: &$value) -> $value {
                let $read = $keep.clone();
                $give
            }

            fn serialize_value<S: serde::Serializer>(
                $given: &$value,
                serializer: S,
            ) -> Result<S::Ok, S::Error> {
                serde::Serialize::serialize(&$keep, serializer)
            }

            fn seed($given: &$value) -> Result<Option<Vec<u8>>, $crate::node::EditError> {
                $crate::node::register::seed_register::<$kept, $initial>(&$keep)
            }

            fn fingerprint($given: &$value, print: &mut $crate::node::Fingerprint) {
                print.leaf(&$keep);
            }
        }
    };
}
pub(in crate::node) use register_node;

/// What `#[crdt(register)]` on a field stands for.
#[derive(Debug)]
pub struct RegisterField<T, D = StandardDefault>(PhantomData<(T, D)>);

register_node!(
    #[diagnostic::do_not_recommend]
    [T: RegisterValue, D: Initial<T> + Send + Sync] RegisterField<T, D>, Nested, D,
    T => T, "", |value| value, |value| value
);

register_node!(
    [T: RegisterValue + Default] Register<T>, Nested, StandardDefault,
    Self => T, "Register", |value| value.0, |value| Self(value)
);
