//! Formats: bytes to plain structs and back. Each is usable, and can be fuzzed, by itself.
//!
//! What is signed: [`header`], [`tags`], [`genesis`]. How it travels: [`bundle`], whose limits are
//! [`totals`]; [`frontier`]; [`proof`]. How versions are spelled: [`named`]. How it is saved:
//! [`pack`], [`outline`], [`waiting`]. What these are made of: [`numbers`], [`bodies`], [`extras`],
//! [`growth`].
//!
//! This floor may import `op`, `crypto` and `codec`, and knows neither a store nor a service.
//! `docs/wire-format.md` describes all of it field by field.

pub(crate) mod bodies;
pub(crate) mod bundle;
pub(crate) mod extras;
pub(crate) mod frontier;
pub(crate) mod genesis;
pub(crate) mod growth;
pub(crate) mod header;
pub(crate) mod named;
pub(crate) mod numbers;
pub(crate) mod outline;
pub(crate) mod pack;
pub(crate) mod proof;
pub(crate) mod tags;
pub(crate) mod totals;
pub(crate) mod waiting;
