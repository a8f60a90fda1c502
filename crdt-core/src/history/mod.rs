//! The history of a document: a DAG of changes linked by hashes, verified, in bounded memory.
//!
//! The history knows no schema. It decides which changes there are, and that decision depends on
//! their bytes alone: a relay that does not know the document's Rust type takes and refuses exactly
//! the changes that every other replica does.
//!
//! Read `chains` first (how ops are named and ordered), then `header` and `bundle` (bytes),
//! `admit` (the rules), `receive` and `pending` (what arrives, and arrives early), `cut`, `export` and
//! `frontier` (what goes out).

mod admission;
mod change;
mod commit;
mod coverage;
mod equivocation;
mod export;
mod format;
mod pending;
mod receive;
mod replay;
mod save;
mod store;

pub use change::Change;
pub(crate) use commit::committer::Unwritten;
pub(crate) use commit::draft::{Draft, LocalAction, LocalOp, LocalPath, LocalSegment, Written};
pub use equivocation::{Equivocation, EquivocationProof, ProofError};
pub(crate) use format::bundle::is_bundle;
pub use format::bundle::{
    MAX_BUNDLE_BYTES, MAX_BUNDLE_CHANGES, MAX_BUNDLE_EXPANSION, MAX_BUNDLE_EXPANSION_BASE,
    MAX_BUNDLE_OPS,
};
pub use format::frontier::Frontier;
pub use format::genesis::Genesis;
pub(crate) use format::genesis::name_in_genesis;
pub(crate) use format::header::{Tags, tag};
pub use pending::PendingLimits;
pub(crate) use receive::OpenedAs;
pub use receive::{ApplyError, Outcome, Refused};
pub(crate) use replay::Replayed;
pub use save::LoadError;
pub use store::History;
pub use store::chains::Chains;
pub(crate) use store::chains::{ChangeIndex, Next};
pub use store::refusal::Refusal;

#[cfg(test)]
pub(crate) mod tests;
