use serde::{Serialize, Serializer};

use super::{Build, DeltaBuilder, DeltaParts, DeltaVisitor, Visit};

/// The delta of what has one value only, and so never changes: there is none.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum NoDelta {}

impl Serialize for NoDelta {
    fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
        match *self {}
    }
}

/// There is nothing to go over.
impl DeltaParts for NoDelta {
    type Names = ();

    fn visit<'d, V: DeltaVisitor<'d>>(&'d self, _: &mut Visit<V>) {
        match *self {}
    }

    fn build<B: DeltaBuilder>(_: &mut Build<B>) -> Option<Self> {
        None
    }
}
