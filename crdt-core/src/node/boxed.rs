use serde::Serializer;

use super::{Argument, CrdtNode, DeltaError, EditError, Fingerprint, Lazy, MapKey, Scope, Writing};
use crate::history::Chains;
use crate::op::Key;
use crate::schema::{self, SchemaBuilder};

/// A box is what is in it.
impl<T: CrdtNode> CrdtNode for Box<T> {
    type Value = Box<T::Value>;
    type State = Lazy<T::State>;
    type View<'a> = T::View<'a>;
    type Editor<'a> = T::Editor<'a>;
    // In a box, since the type may contain itself.
    type Delta = Box<T::Delta>;
    type Kind = super::Nested;
    const NAME: &'static str = T::NAME;
    const ALIASES: &'static [&'static str] = T::ALIASES;
    const ARGUMENTS: &'static [Argument] = T::ARGUMENTS;

    fn is_known_as(name: &str) -> bool {
        T::is_known_as(name)
    }

    fn describe(schema: &mut SchemaBuilder) -> schema::Node {
        schema::Node::BoxOf(Box::new(T::describe(schema)))
    }

    fn view<'a>(state: &'a Self::State, chains: &'a Chains) -> Self::View<'a> {
        T::view(state.get(), chains)
    }

    fn edit<'a>(state: &'a mut Self::State, scope: Scope<'a>) -> Self::Editor<'a> {
        T::edit(state.get_mut(), scope)
    }

    fn value_of(view: Self::View<'_>) -> Self::Value {
        Box::new(T::value_of(view))
    }

    fn view_of<'a>(editor: &'a Self::Editor<'_>) -> Self::View<'a> {
        T::view_of(editor)
    }

    fn delta(before: &Self::State, after: &Self::State, chains: &Chains) -> Option<Self::Delta> {
        T::delta(before.get(), after.get(), chains).map(Box::new)
    }

    fn apply_delta(value: &mut Self::Value, delta: &Self::Delta) -> Result<(), DeltaError> {
        T::apply_delta(value, delta)
    }

    fn copy_value(value: &Self::Value) -> Self::Value {
        Box::new(T::copy_value(value))
    }

    fn serialize_value<S: Serializer>(
        value: &Self::Value,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        T::serialize_value(value, serializer)
    }

    fn key(value: &Self::Value) -> Option<Key<'_>> {
        T::key(value)
    }

    fn key_in<'a>(state: &'a Self::State, chains: &'a Chains) -> Option<Key<'a>> {
        T::key_in(state.get(), chains)
    }

    fn write_in(
        editor: &mut Self::Editor<'_>,
        value: Self::Value,
        how: Writing,
    ) -> Result<(), EditError> {
        T::write_in(editor, *value, how)
    }

    fn seed(value: &Self::Value) -> Result<Option<Vec<u8>>, EditError> {
        T::seed(value)
    }

    fn fingerprint(value: &Self::Value, print: &mut Fingerprint) {
        T::fingerprint(value, print);
    }
}

impl<T: MapKey> MapKey for Box<T> {
    fn to_key(&self) -> Key<'_> {
        T::to_key(self)
    }

    fn from_key(key: Key<'_>) -> Option<Self> {
        T::from_key(key).map(Box::new)
    }

    fn comes_back(&self) -> bool {
        T::comes_back(self)
    }

    fn key_type() -> &'static str {
        T::key_type()
    }

    fn serialize_key<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        T::serialize_key(self, serializer)
    }
}
