//! Formats: bytes to plain structs and back.

pub(crate) mod bundle;
pub(crate) mod extras;
pub(crate) mod frontier;
pub(crate) mod genesis;
pub(crate) mod header;
pub(crate) mod outline;
