//! Tests of what the public API cannot reach directly; the rest is in the top-level `tests/`.

pub(crate) mod chains;
mod coverage;
mod frontier;
pub(crate) mod listed;
mod loose;
mod pending;
mod runs;
mod stretches;
