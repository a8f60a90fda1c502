//! Tests of what the public API cannot reach directly; the rest is in the top-level `tests/`.

mod chains;
mod cuts;
mod pending;
