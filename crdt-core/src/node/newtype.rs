use core::marker::PhantomData;

use serde::{Serialize, Serializer};

use super::{CrdtNode, DeltaError, EditError, Fingerprint, Kind, Scope, ValueOf, Writing};
use crate::history::Chains;
use crate::schema::{self, SchemaBuilder};

/// A struct with one unnamed field, which is kept, read and edited as what is in it.
pub trait Newtype: CrdtNode<Value = Self> {
    /// The node that keeps it.
    type Inner: CrdtNode;

    /// Puts a value in.
    fn wrap(inner: <Self::Inner as CrdtNode>::Value) -> Self;

    /// Takes the value out.
    fn unwrap(self) -> <Self::Inner as CrdtNode>::Value;
}

/// The [kind](CrdtNode::Kind) of newtypes: an `Option` of one is what an `Option` of the inner type
/// is.
#[derive(Debug)]
pub struct Transparent;

/// What `Option<T>` of a newtype `T` stands for.
#[derive(Debug)]
pub struct OptionalNewtype<T>(PhantomData<T>);

/// What stands for an `Option` of what is in `T`.
type Inner<T> =
    <<<T as Newtype>::Inner as CrdtNode>::Kind as Kind<<T as Newtype>::Inner>>::Optional;

impl<T: Newtype> Kind<T> for Transparent {
    type Optional = OptionalNewtype<T>;
}

#[diagnostic::do_not_recommend]
impl<T: Newtype> CrdtNode for OptionalNewtype<T> {
    type Value = Option<T>;
    type State = <Inner<T> as CrdtNode>::State;
    type View<'a> = <Inner<T> as CrdtNode>::View<'a>;
    type Editor<'a> = <Inner<T> as CrdtNode>::Editor<'a>;
    type Delta = <Inner<T> as CrdtNode>::Delta;
    type Kind = super::Nested;

    fn describe(schema: &mut SchemaBuilder) -> schema::Node {
        Inner::<T>::describe(schema)
    }

    fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
        Inner::<T>::view(state, chains)
    }

    fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
        Inner::<T>::edit(state, scope)
    }

    fn value_of(view: Self::View<'_>) -> Self::Value {
        Inner::<T>::value_of(view).map(T::wrap)
    }

    fn view_of<'a>(editor: &'a Self::Editor<'_>) -> Self::View<'a> {
        Inner::<T>::view_of(editor)
    }

    fn write_in(
        editor: &mut Self::Editor<'_>,
        value: Self::Value,
        how: Writing,
    ) -> Result<(), EditError> {
        Inner::<T>::write_in(editor, value.map(T::unwrap), how)
    }

    fn delta(before: &Self::State, after: &Self::State, chains: &Chains) -> Option<Self::Delta> {
        Inner::<T>::delta(before, after, chains)
    }

    fn apply_delta(value: &mut Option<T>, delta: &Self::Delta) -> Result<(), DeltaError> {
        let mut inner = value.take().map(T::unwrap);
        let applied = Inner::<T>::apply_delta(&mut inner, delta);
        *value = inner.map(T::wrap);
        applied
    }

    fn copy_value(value: &Option<T>) -> Option<T> {
        value.as_ref().map(T::copy_value)
    }

    fn serialize_value<S: Serializer>(value: &Option<T>, serializer: S) -> Result<S::Ok, S::Error> {
        value.as_ref().map(ValueOf::<T>).serialize(serializer)
    }

    fn fingerprint(value: &Option<T>, print: &mut Fingerprint) {
        print.option::<T>(value.as_ref());
    }
}
