//! What nodes are made of. Expansions see it, in a module whose name has the version; apps do not.

pub use super::blanks::Blanks;
pub use super::bytes::{BytesField, InitialBytes, NoBytes};
pub use super::choice::{Choice, ChoiceState, HeldEditor, HeldView, Payloads};
pub use super::counter::{CounterField, CounterState};
pub use super::crdt_node::Writing;
pub use super::delta::{
    Build, DeltaBuilder, DeltaParts, DeltaVisitor, ValueOf, ValueVisitor, Visit, apply_field,
    build_field, build_held, choice_delta, copy_parts, record_delta, same_parts, serialize_parts,
    show_field, show_parts, visit_field, visit_held,
};
pub use super::digest::DigestWriter;
pub use super::error::UseTryChangeForOtherErrors;
pub use super::fingerprint::Fingerprint;
pub use super::incoming::Incoming;
pub use super::json::JsonState;
pub use super::kind::{Kind, Leaf, Nested};
pub use super::lazy::Lazy;
pub use super::leaf::{Initial, LeafField, StandardDefault};
pub use super::list::ListState;
pub use super::map::MapState;
pub use super::misuse::{
    Assigned, EditedAtOnce, HasTwoEnds, KeptAsSlice, KeptAsStr, MarkedCrdtCounter, MarkedCrdtText,
    MergesElements, MovesElements, OptionOfEditor, OptionOfView, Subscript, WrittenWithoutChange,
};
pub use super::newtype::{Newtype, Transparent};
pub use super::option::{OptionNode, OptionState};
pub use super::record::{Field, Fields, Parts, RecordState, field, set_record};
pub use super::register::{RegisterField, RegisterState};
pub use super::rollback::TakenBack;
pub use super::saved::{StateReader, StateWriter};
pub use super::selector::{Selector, Variants};
pub use super::state::{Fit, Misfit, NodeState};
pub use super::text::{TextField, TextState};
pub use super::transaction::Scope;
pub use super::type_name::{Argument, is_newtype_known_as};
pub use super::unknown::Unknown;
pub use crate::history::Chains;
pub use crate::op::Id;

/// A segment of the path that leads an op to a node of this replica.
pub type Segment<'a> = crate::op::Segment<'a, Id>;
pub use super::watch::Before;
