//! What the expansion of `#[derive(CrdtNode)]` is written against. Not part of the public API.

pub use crate::history::Chains;
pub use crate::node::{
    CounterField, CrdtNode, DigestWriter, EditError, Fingerprint, Fit, Incoming, Initial, Kind,
    Lazy, LeafField, LeafValue, MapKey, Nested, Newtype, NodeState, RegisterField, RegisterValue,
    Scope, Segment, Selector, StandardDefault, TextField, Transparent, Variants,
};
pub use crate::op::Key;
pub use std::vec::Vec;

/// The bytes of a seed.
pub type Bytes = Vec<u8>;

/// Carries the result of a check from one place of an expansion to another.
#[derive(Debug)]
pub struct Checked<const OK: bool>;

/// A type that is only there if a check has passed.
pub trait Same<T> {
    /// The type.
    type Type;
}

impl<T> Same<T> for Checked<true> {
    type Type = T;
}

/// Checks of field types, each at the field's span, so that one fault gives one error.
pub mod check {
    use super::{CrdtNode, Initial, LeafValue, RegisterValue};
    use crate::node::{CounterInteger, TextString};

    /// The type is a node.
    pub const fn node<T: CrdtNode>() -> bool {
        true
    }

    /// The type is a leaf.
    pub const fn leaf<T: LeafValue>() -> bool {
        true
    }

    /// The type is a text.
    pub const fn text<T: TextString>() -> bool {
        true
    }

    /// The type is a counter.
    pub const fn counter<T: CounterInteger>() -> bool {
        true
    }

    /// The type can be kept in a register and has a default.
    pub const fn register<T: RegisterValue, D: Initial<T>>() -> bool {
        true
    }
}
