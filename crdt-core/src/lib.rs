//! Typed, signed, collaborative documents.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

#[doc(hidden)]
#[path = "derive_support.rs"]
pub mod __derive;
mod btree;
mod codec;
mod crypto;
mod document;
mod history;
pub mod node;
mod op;
mod sequence;

pub use codec::DecodeError;
pub use crypto::{Author, ChangeHash, Digest, DocumentId, Keypair, RandomError, Signature};
pub use document::{ChangeOptions, Document, LoadError};
pub use history::{
    ApplyError, Change, Equivocation, EquivocationProof, Genesis, History, Outcome, PendingLimits,
    ProofError, Refusal, Refused,
};
pub use node::{
    Counter, CrdtNode, EditError, ElementId, IntoLeaf, List, Map, MapKey, Register, Text,
};
pub use op::{Action, Key, Name, Op, Place, Seeds, Segment, Side};

/// Limits of the format. Every replica has the same, so that nothing is valid in one place and
/// refused in another.
pub mod limits {
    pub use crate::history::{MAX_BUNDLE_BYTES, MAX_BUNDLE_CHANGES, MAX_BUNDLE_OPS};
    pub use crate::op::limits::{
        MAX_CHANGE_BYTES, MAX_CHANGE_OPS, MAX_COUNTER, MAX_DEPENDENCIES, MAX_KEY_BYTES,
        MAX_PATH_DEPTH, MAX_TAG_BYTES,
    };
}

/// The derive macro for [`CrdtNode`](trait@CrdtNode).
#[cfg(feature = "derive")]
pub use crdt_derive::CrdtNode;
