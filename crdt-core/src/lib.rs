//! Typed, signed, collaborative documents.

#![forbid(unsafe_code)]

mod codec;
mod crypto;
mod history;
mod op;

pub use codec::DecodeError;
pub use crypto::{Author, ChangeHash, Digest, DocumentId, Keypair, RandomError, Signature};
pub use history::{
    ApplyError, Change, Equivocation, EquivocationProof, Genesis, History, Outcome, PendingLimits,
    ProofError, Refusal, Refused,
};
pub use op::{Action, Key, Name, Op, Place, Seeds, Segment, Side, limits};
