use core::marker::PhantomData;

use serde::Serializer;

#[cfg(feature = "by-path")]
use super::{AnyNode, AnyNodeMut};
use super::{
    Before, CrdtNode, DeltaError, DigestWriter, EditError, Fingerprint, Fit, Incoming, NoDelta,
    NodeState, Scope, Segment, StateReader, StateWriter, Writing,
};
use crate::codec::DecodeError;
use crate::history::Chains;
use crate::schema::{self, SchemaBuilder};

/// The state of what has nothing in it.
impl NodeState for () {
    fn apply(&mut self, _: &[Segment<'_>], _: &Incoming<'_>, _: &Chains) -> Fit {
        Fit::wrong_kind()
    }

    fn clear(&mut self, _: Scope<'_>) {}

    fn is_blank(&self) -> bool {
        true
    }

    fn digest(&self, _: &mut DigestWriter<'_>) {}

    fn save(&self, _: &mut StateWriter<'_>) {}

    fn load(&mut self, _: &mut StateReader<'_>) -> Result<(), DecodeError> {
        Ok(())
    }

    #[cfg(feature = "by-path")]
    fn any(&self) -> AnyNode<'_> {
        AnyNode::Unit
    }

    #[cfg(feature = "by-path")]
    fn any_mut(&mut self) -> AnyNodeMut<'_> {
        AnyNodeMut::Unit
    }
}

macro_rules! unit_node {
    ([$($generics:tt)*] $type:ty, $value:expr) => {
        /// Nothing is written of it: it has one value only.
        impl<$($generics)*> CrdtNode for $type {
            type Value = Self;
            type State = ();
            type View<'a> = ();
            type Editor<'a> = ();
            type Delta = NoDelta;
            type Kind = super::Nested;

            fn describe(_: &mut SchemaBuilder) -> schema::Node {
                schema::Node::Unit
            }

            fn view<'a>((): &'a (), _: &'a Chains) {}

            fn edit<'a>((): &'a mut (), _: Scope<'a>) {}

            fn value_of((): ()) -> Self {
                $value
            }

            fn view_of((): &()) {}

            fn write_in((): &mut (), _: Self, _: Writing) -> Result<(), EditError> {
                Ok(())
            }

            fn delta(_: Before<'_, ()>, (): &(), _: &Chains) -> Option<NoDelta> {
                None
            }

            fn apply_delta(_: &mut Self, delta: &NoDelta) -> Result<(), DeltaError> {
                match *delta {}
            }

            fn copy_value(_: &Self) -> Self {
                $value
            }

            fn serialize_value<S: Serializer>(_: &Self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_unit()
            }

            fn fingerprint(_: &Self, _: &mut Fingerprint) {}
        }
    };
}

unit_node!([](), ());
unit_node!([T: ?Sized + 'static] PhantomData<T>, PhantomData);
