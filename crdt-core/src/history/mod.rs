//! The history of a document: a DAG of changes linked by hashes, verified, in bounded memory.
//!
//! The history knows no schema. It decides which changes there are, and that decision depends on
//! their bytes alone: a relay that does not know the document's Rust type takes and refuses exactly
//! the changes that every other replica does.
//!
//! Read [`chains`] first (how ops are named and ordered), then `header` and `bundle` (bytes),
//! `admit` (the rules), `receive` and `pending` (what arrives, and arrives early), `cut`, `export` and
//! `frontier` (what goes out).

mod admit;
mod archive;
mod bundle;
mod chains;
mod change;
mod cut;
mod draft;
mod equivocation;
mod error;
mod export;
mod extras;
mod frontier;
mod genesis;
mod hashes;
mod header;
mod local;
mod namer;
mod outline;
mod pending;
mod receive;
mod replay;
mod saved;
mod segment;
mod sizes;
mod steps;
mod store;
mod stored;
mod streaks;
mod table;

pub(crate) use bundle::is_bundle;
pub use bundle::{
    MAX_BUNDLE_BYTES, MAX_BUNDLE_CHANGES, MAX_BUNDLE_EXPANSION, MAX_BUNDLE_EXPANSION_BASE,
    MAX_BUNDLE_OPS,
};
pub use chains::Chains;
pub(crate) use chains::{ChangeIndex, Next};
pub use change::Change;
pub(crate) use draft::{Draft, LocalAction, LocalOp, LocalPath, LocalSegment, Written};
pub use equivocation::{Equivocation, EquivocationProof, ProofError};
pub use error::Refusal;
pub use frontier::Frontier;
pub use genesis::Genesis;
pub(crate) use genesis::name_in_genesis;
pub(crate) use header::{Tags, tag};
pub(crate) use local::Unwritten;
pub use pending::PendingLimits;
pub(crate) use receive::OpenedAs;
pub use receive::{ApplyError, GivenUp, Outcome};
pub(crate) use replay::Replayed;
pub use saved::LoadError;
pub use store::History;

#[cfg(test)]
pub(crate) mod tests;
