//! Typed, signed, collaborative documents.
//!
//! Derive [`CrdtNode`](macro@CrdtNode) on ordinary structs and enums, and a [`Document`] of that
//! type can be edited by many replicas, offline and at the same time. Replicas that hold the same
//! changes hold the same value. Every change is signed by its author and linked by hashes to what
//! it was made upon, so changes can be carried by anyone.
//!
//! ```
//! use crdt_core::{CrdtNode, Document, Keypair};
//!
//! #[derive(CrdtNode, Clone, Debug, PartialEq)]
//! struct Task {
//!     title: String,
//!     #[crdt(text)]
//!     notes: String,
//!     done: bool,
//! }
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let mut laptop = Document::<Task>::create(Keypair::generate()?)?;
//! laptop.change(|task| {
//!     task.title.set("Buy milk")?;
//!     task.notes.insert(0, "two bottles")
//! })?;
//!
//! let mut phone = Document::<Task>::join(laptop.id(), Keypair::generate()?);
//! phone.apply(&laptop.export_for(&phone.frontier()))?;
//! phone.change(|task| task.done.set(true))?;
//!
//! laptop.apply(&phone.export_for(&laptop.frontier()))?;
//! assert_eq!(laptop.value(), phone.value());
//! # Ok(())
//! # }
//! ```
//!
//! # Where to look
//!
//! - [`tour`]: every kind of node and the rest, by example. Begin there.
//! - [`Document`]: create, edit, read, exchange, save.
//! - [`CrdtNode`](macro@CrdtNode): the derive and its attributes. [`node`]: the nodes, with their
//!   editors and views.
//! - [`History`]: the changes of a document. It needs no Rust type, so a relay or a tool can store,
//!   verify and forward documents it does not understand.
//! - [`Past`], [`Log`], [`Blame`]: the document as it was, its changes, and who wrote what.
//! - [`LooseBundle`]: the changes of a bundle one by one, for whoever sends them in another form.
//! - [`Frontier`]: what a replica has, for another one to find out what it lacks.
//! - [`Keypair`], [`Author`]: keys. One belongs to one device.
//! - [`schema`]: what a type stores, as data, and which changes of a type are safe.
//! - [`Equivocation`], [`EquivocationProof`]: authors that wrote two changes with one number.
//!
//! # Errors
//!
//! - [`EditError`]: an edit could not be made, and did nothing. A change whose closure returns an
//!   error is taken back as a whole.
//! - [`ApplyError`]: bytes from elsewhere were refused, as malformed ([`DecodeError`]) or because
//!   they break a rule ([`Refusal`]). Nothing has changed, and the genuine changes still apply.
//! - [`LoadError`]: bytes are not a saved document.
//! - [`ProofError`]: bytes are not a proof of equivocation.
//! - [`VersionError`]: a version was asked for that is not known here.
//! - [`ParseHeadsError`], [`PointerError`]: a text names no version, or no place.
//! - [`DeltaError`]: a delta was applied to another value than the one before it.
//!
//! Changes that arrive before what they depend on are no error: they wait, and [`Outcome`] says so.
//! Ops that do not fit the type are no error either: they are kept, without effect on the value.
//!
//! # Features
//!
//! - `derive` (default): the derive macro.
//! - `os-random` (default): [`Keypair::generate`] and [`Document::create`], which ask the operating
//!   system for randomness. Without it there are [`Keypair::generate_with`] and
//!   [`Document::create_with`], which take a source of yours. In a browser, turn the feature on
//!   together with the feature `wasm_js` of the crate `getrandom`, or leave it off.
//!
//! - `by-path`: reading and editing a document by paths and plain values, for whoever does not have
//!   its Rust type at hand, such as a program in another language. Every type then takes a little
//!   more code.
//! - `uuid`, `chrono`, `time`, `jiff`: the ids, dates and times of these crates are leaves, as
//!   `String` is. A `Uuid`, a date without a time, and a point in time in UTC are also keys of maps
//!   and can be the `#[crdt(key)]` of a struct. What depends on a database of time zones is left
//!   out.
//!
//! The crate does no IO, starts no threads and asks no clock. [`Document`] is `Send` and `Sync`.

#![forbid(unsafe_code)]
#![warn(clippy::print_stdout, clippy::print_stderr)]

#[doc(hidden)]
#[path = "expansion.rs"]
pub mod __private_0_1_0;
mod btree;
mod codec;
mod crypto;
mod document;
mod history;
pub mod node;
mod op;
pub mod schema;
mod sequence;
#[doc(hidden)]
pub mod sorted;
#[cfg(test)]
mod steps;
pub mod tour;

pub use codec::{DecodeError, ParseIdError};
pub use crypto::{Author, ChangeHash, Digest, DocumentId, Keypair, RandomError, Signature};
pub use document::{
    ChangeOptions, Document, ForkError, GroupDelay, Journal, LoadOptions, Look, Observer, PartKind,
    Past, PastJson, Prepared, SaveOptions, SavedPart, Seen, UndoLimits,
};
pub use history::{
    ApplyError, Asked, Between, Change, Equivocation, EquivocationProof, Frontier, Genesis,
    GivenUp, Have, Heads, History, LoadError, Log, LooseBundle, LooseChange, Outcome,
    ParseHeadsError, PendingLimits, Piece, Portion, PortionBundle, PreparedBytes, ProofError,
    Refusal, Salvage, Salvaged, ShortTip, Tip, VersionError,
};
pub use node::{
    Blame, BlameRun, Bytes, Counter, CrdtNode, Cursor, Delta, DeltaError, EditError, Editor,
    ElementId, Inspection, IntoLeaf, Json, List, Map, MapKey, NewElement, NewElements, NodePath,
    PlaceBlame, PointerError, Register, Resolved, Text, Variant, VariantDelta, View,
};
#[cfg(feature = "by-path")]
pub use node::{NodeKind, PathEditor, PathView, PlainValue};
/// The traits of random sources, in the version that [`Document::create_with`] and
/// [`Keypair::generate_with`] take.
pub use rand_core;
/// JSON as plain values, in the version that [`Json`] and [`History::to_json`] are made with.
pub use serde_json;

pub use op::{Action, Key, KeyBytes, Name, Op, Place, Seeds, Segment, Side, Standing};

/// Limits of the format. Every replica has the same, so that nothing is valid in one place and
/// refused in another.
pub mod limits {
    pub use crate::history::{
        MAX_BUNDLE_BYTES, MAX_BUNDLE_CHANGES, MAX_BUNDLE_EXPANSION, MAX_BUNDLE_EXPANSION_BASE,
        MAX_BUNDLE_OPS,
    };
    pub use crate::op::limits::{
        MAX_CHANGE_BYTES, MAX_CHANGE_OPS, MAX_COUNTER, MAX_DEPENDENCIES, MAX_KEY_BYTES,
        MAX_PATH_DEPTH, MAX_TAG_BYTES,
    };
}

/// The derive macro for [`CrdtNode`](trait@CrdtNode).
#[cfg(feature = "derive")]
pub use crdt_derive::CrdtNode;

/// Compiles and runs the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;

/// Compiles and runs the recipes.
#[cfg(doctest)]
#[doc = include_str!("../recipes.md")]
struct Recipes;
