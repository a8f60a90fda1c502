//! The history of a document: a DAG of changes linked by hashes, verified, in bounded memory.
//!
//! The history knows no schema. It decides which changes there are, and that decision depends on
//! their bytes alone: a relay that does not know the document's Rust type takes and refuses exactly
//! the changes that every other replica does.
//!
//! # Floors
//!
//! Imports go down only; a test reads the table of floors in `ARCHITECTURE.md` and holds the files
//! to it.
//!
//! - [`facade`]: [`History`], every method of it, a line or three each. Whoever looks for where
//!   something is done begins there.
//! - The services: [`receive`] and [`admission`], [`pending`], [`coverage`]; [`commit`];
//!   [`export`]; [`loose`]; [`save`]; [`prepare`]; [`replay`], [`equivocation`], [`change`],
//!   [`log`], [`version`]. Each is functions over the store and what else is kept. [`coverage`],
//!   [`pending`] and [`admission`] are where the three decisions lie: what has to be signed, what
//!   may wait, what may be appended.
//! - [`store`]: what is kept of changes, to append, to roll back and to look up.
//! - [`format`](mod@format): bytes to plain structs and back.
//!
//! # What to read first
//!
//! [`store::chains`] (how ops are named and ordered), then [`format::header`] and
//! [`format::bundle`] (bytes), [`admission`] (the rules), [`receive`] and [`pending`] (what
//! arrives, and arrives early), [`coverage`] and [`export`] (what goes out).

mod admission;
mod change;
mod commit;
mod coverage;
mod equivocation;
mod export;
mod facade;
mod format;
mod log;
mod loose;
mod pending;
mod prepare;
mod receive;
mod replay;
mod save;
mod store;
mod version;

pub use change::Change;
pub(crate) use commit::Unwritten;
pub(crate) use commit::draft::{Draft, LocalAction, LocalOp, LocalPath, LocalSegment, Written};
pub use export::portion::{Asked, Have, Portion, PortionBundle};
pub use facade::History;
pub use facade::salvage::{Piece, Salvage, Salvaged};
pub(crate) use format::bundle::{document_of, is_bundle};
pub use format::frontier::{Frontier, ShortTip, Tip};
pub use format::genesis::Genesis;
pub(crate) use format::genesis::name_in_genesis;
pub use format::named::{Heads, ParseHeadsError};
pub(crate) use format::numbers::{BranchIndex, ChangeIndex, Number};
pub(crate) use format::pack::Pack;
pub use format::proof::{Equivocation, EquivocationProof, ProofError};
pub(crate) use format::tags::{Tags, tag};
pub use format::totals::{
    MAX_BUNDLE_BYTES, MAX_BUNDLE_CHANGES, MAX_BUNDLE_EXPANSION, MAX_BUNDLE_EXPANSION_BASE,
    MAX_BUNDLE_OPS,
};
pub use log::Log;
pub use loose::{LooseBundle, LooseChange};
pub use pending::PendingLimits;
pub(crate) use prepare::HistoryMark;
pub use prepare::PreparedBytes;
pub(crate) use receive::OpenedAs;
pub use receive::{ApplyError, GivenUp, Outcome};
pub(crate) use replay::Replayed;
pub use save::LoadError;
pub(crate) use save::WrittenHistory;
pub use store::chains::Chains;
pub use store::refusal::Refusal;
pub(crate) use version::Version;
pub use version::{Between, VersionError};

#[cfg(test)]
pub(crate) mod tests;
