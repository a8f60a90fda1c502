//! Typed, signed, collaborative documents.

#![forbid(unsafe_code)]

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
pub use node::{Counter, CrdtNode, EditError, IntoLeaf, List, Map, MapKey, Register, Text};
pub use op::{Action, Key, Name, Op, Place, Seeds, Segment, Side, limits};

/// The derive macro for [`CrdtNode`](trait@CrdtNode).
#[cfg(feature = "derive")]
pub use crdt_derive::CrdtNode;
